package policy

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// renderedGate is the sample's Gate under a name of its own.
func renderedGate(t *testing.T, edits ...edit) *unstructured.Unstructured {
	t.Helper()
	return sample(t, "Gate", append(edits, set("bad-gate", "metadata", "name"))...)
}

// waitFor changes a field of the first entry of spec.waitFor.
func waitFor(value any, fields ...string) edit {
	return func(o *unstructured.Unstructured) {
		entries := o.Object["spec"].(map[string]any)["waitFor"].([]any)
		if value == nil {
			unstructured.RemoveNestedField(entries[0].(map[string]any), fields...)
			return
		}
		set(value, fields...)(&unstructured.Unstructured{Object: entries[0].(map[string]any)})
	}
}

// TestBadGatesAreRefused: the API server names the field, and says what is wrong.
func TestBadGatesAreRefused(t *testing.T) {
	const (
		required = "Required value"
		duration = "must be a duration of zero or more, such as 60s or 1m30s"
		pattern  = "should match '^[0-9a-f]{8,64}$'"
		versions = `supported values: "db.orange.com/v1alpha1", "db.orange.com/v2"`
	)
	long := strings.Repeat("a", 64)
	var hosts []any
	for range 1025 {
		hosts = append(hosts, "a")
	}
	tests := map[string]struct {
		edit        edit
		field, says string
	}{
		"no spec":                                {without("spec"), "spec", required},
		"no revision":                            {without("spec", "revision"), "spec.revision", required},
		"an empty revision":                      {set("", "spec", "revision"), "spec.revision", pattern},
		"a revision in capitals":                 {set("F21D9A02443CFE55", "spec", "revision"), "spec.revision", pattern},
		"a short revision":                       {set("f21d9a0", "spec", "revision"), "spec.revision", pattern},
		"a long revision":                        {set(long+"a", "spec", "revision"), "spec.revision", "may not be more than 64"},
		"a revision that is a number":            {set(int64(12345678), "spec", "revision"), "spec.revision", "must be of type string"},
		"no apiVersion":                          {without("spec", "apiVersion"), "spec.apiVersion", required},
		"an unknown apiVersion":                  {set("db.orange.com/v3", "spec", "apiVersion"), "spec.apiVersion", versions},
		"an unknown serialize":                   {set("Tree", "spec", "serialize"), "spec.serialize", `supported values: "Ring", "Chain"`},
		"Chain with two entries":                 {set("Chain", "spec", "serialize"), "spec.waitFor", "Chain waits for the previous cluster alone: one entry at most"},
		"a cluster listed twice":                 {waitFor("k8s-cluster3", "cluster"), "spec.waitFor[1]", "Duplicate value"},
		"a cluster without a name":               {waitFor("", "cluster"), "spec.waitFor[0].cluster", "should be at least 1 chars long"},
		"a cluster with a long name":             {waitFor(long, "cluster"), "spec.waitFor[0].cluster", "may not be more than 63"},
		"an entry without a cluster":             {waitFor(nil, "cluster"), "spec.waitFor[0].cluster", required},
		"an entry without a Secret":              {waitFor(nil, "secretRef"), "spec.waitFor[0].secretRef", required},
		"a Secret without a name":                {waitFor("", "secretRef", "name"), "spec.waitFor[0].secretRef.name", "should be at least 1 chars long"},
		"an entry without an apiVersion":         {waitFor(nil, "apiVersion"), "spec.waitFor[0].apiVersion", required},
		"an entry with an unknown apiVersion":    {waitFor("v2", "apiVersion"), "spec.waitFor[0].apiVersion", versions},
		"an entry without a name":                {waitFor(nil, "name"), "spec.waitFor[0].name", required},
		"an entry without a namespace":           {waitFor(nil, "namespace"), "spec.waitFor[0].namespace", required},
		"before as a word":                       {waitFor("yes", "before"), "spec.waitFor[0].before", "must be of type boolean"},
		"a negative stableFor":                   {set("-1s", "spec", "stableFor"), "spec.stableFor", duration},
		"a stableFor without a unit":             {set("60", "spec", "stableFor"), "spec.stableFor", duration},
		"a stableFor in days":                    {set("1d", "spec", "stableFor"), "spec.stableFor", duration},
		"an empty stableFor":                     {set("", "spec", "stableFor"), "spec.stableFor", duration},
		"a stableFor that is a number":           {set(int64(60), "spec", "stableFor"), "spec.stableFor", "must be of type string"},
		"a stableFor beyond all durations":       {set("9999999999h", "spec", "stableFor"), "spec.stableFor", "duration"},
		"port 0":                                 {set(int64(0), "spec", "seeds", "port"), "spec.seeds.port", "should be greater than or equal to 1"},
		"port 65536":                             {set(int64(65536), "spec", "seeds", "port"), "spec.seeds.port", "should be less than or equal to 65535"},
		"an unknown seed policy":                 {set("Maybe", "spec", "seeds", "policy"), "spec.seeds.policy", `supported values: "Require", "Warn", "Off"`},
		"a bare off, which is a boolean to YAML": {set(false, "spec", "seeds", "policy"), "spec.seeds.policy", "must be of type string"},
		"an empty seed":                          {set([]any{"a", ""}, "spec", "seeds", "hosts"), "spec.seeds.hosts[1]", "should be at least 1 chars long"},
		"more seeds than anybody has":            {set(hosts, "spec", "seeds", "hosts"), "spec.seeds.hosts", "must have at most 1024 items"},
		"hold as a word":                         {set("yes", "spec", "hold"), "spec.hold", "must be of type boolean"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := cluster(t).Client.Create(t.Context(), renderedGate(t, tt.edit))
			status := &apierrors.StatusError{}
			if !errors.As(err, &status) || status.ErrStatus.Details == nil {
				t.Fatalf("want a refusal of %s, got: %v", tt.field, err)
			}
			for _, cause := range status.ErrStatus.Details.Causes {
				if cause.Field == tt.field && strings.Contains(cause.Message, tt.says) {
					return
				}
			}
			t.Errorf("want %s: %s, got: %v", tt.field, tt.says, err)
		})
	}
}

// TestGatesGetDefaults: what a Gate may leave out, and that nobody has looked at a new one.
func TestGatesGetDefaults(t *testing.T) {
	gate := renderedGate(t, set(map[string]any{"revision": r1, "apiVersion": v2}, "spec"))
	if err := cluster(t).Client.Create(t.Context(), gate, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"spec": map[string]any{
			"revision": r1, "apiVersion": v2, "serialize": "Ring", "stableFor": "60s",
			"seeds": map[string]any{"port": int64(8778), "policy": "Require"},
		},
		"status": map[string]any{"observedGeneration": int64(-1)},
	}
	if diff := cmp.Diff(want, map[string]any{"spec": gate.Object["spec"], "status": gate.Object["status"]}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
