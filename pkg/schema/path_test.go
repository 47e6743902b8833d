package schema

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestPathString(t *testing.T) {
	for want, path := range map[string]Path{
		"":                             {},
		"spec":                         {"spec"},
		"spec.topology.dc[0].name":     {"spec", "topology", "dc", 0, "name"},
		"lists[1][2]":                  {"lists", 1, 2},
		"[3].name":                     {3, "name"},
		"metadata.labels[a.b/c]":       {"metadata", "labels", "a.b/c"},
		"annotations[a.b/c].x":         {"annotations", "a.b/c", "x"},
		"override[].spec":              {"override", "", "spec"},
		"override.k8s-cluster_1":       {"override", "k8s-cluster_1"},
		"override[../../etc].metadata": {"override", "../../etc", "metadata"},
	} {
		t.Run(want, func(t *testing.T) {
			if got := path.String(); got != want {
				t.Errorf("want %q, got %q", want, got)
			}
		})
	}
}

func TestPathChildLeavesItsParent(t *testing.T) {
	parent := make(Path, 0, 8).Child("spec")
	first, second := parent.Child("a"), parent.Child("b", 1)
	if diff := gocmp.Diff([]Path{{"spec"}, {"spec", "a"}, {"spec", "b", 1}}, []Path{parent, first, second}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestField(t *testing.T) {
	for name, test := range map[string]struct {
		names []string
		known bool
	}{
		"a field":              {[]string{"text"}, true},
		"below a struct":       {[]string{"inner", "count"}, true},
		"any key of a map":     {[]string{"strings", "x"}, true},
		"an embedded field":    {[]string{"kind"}, true},
		"no such field":        {[]string{"inner", "x"}, false},
		"below a string":       {[]string{"text", "x"}, false},
		"the type itself":      {nil, true},
		"a field JSON ignores": {[]string{"Ignored"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if found, known := everyType.Field(test.names...); known != test.known || known != (found != nil) {
				t.Errorf("want known %t, got %t, %v", test.known, known, found)
			}
		})
	}
}
