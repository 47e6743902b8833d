package migration

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/adopt"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// write is a merge patch by some field manager.
type write struct{ manager, patch string }

// TestComparisonIsWhatTheServerSays: what Compare says of a live object that several have written to is what an API server answers to a dry-run
// server-side apply, after Flux has taken over what kubectl owns.
func TestComparisonIsWhatTheServerSays(t *testing.T) {
	tests := map[string]struct {
		writes []write
		apply  string // a merge patch on what is rendered
	}{
		"as the old operator left it":         {},
		"CassKop defaulted a field":           {writes: []write{{"casskop", `{"spec":{"initContainerImage":"x"}}`}}},
		"a value by kubectl":                  {writes: []write{{"kubectl-edit", `{"spec":{"maxPodUnavailable":2}}`}}},
		"a new field by kubectl":              {writes: []write{{"kubectl-patch", `{"spec":{"debug":true}}`}}},
		"a new mapping by kubectl":            {writes: []write{{"kubectl-edit", `{"spec":{"pod":{"annotations":{"a":"b"}}}}`}}},
		"a new field by another tool":         {writes: []write{{"console", `{"spec":{"debug":true}}`}}},
		"by kubectl, then by the operator":    {writes: []write{{"kubectl-edit", `{"spec":{"debug":true}}`}, {oldOperator, `{"spec":{"debug":false}}`}}},
		"in a list, by kubectl":               {writes: []write{{"kubectl-edit", `{"spec":{"topology":{"dc":[{"name":"dc1","nodesPerRacks":3,"rack":[{"name":"rack1"}]}]}}}`}}},
		"a label by kubectl":                  {writes: []write{{"kubectl-label", `{"metadata":{"labels":{"x":"y"}}}`}}},
		"a label by another tool":             {writes: []write{{"console", `{"metadata":{"labels":{"x":"y","cluster":"other"}}}`}}},
		"an annotation by kubectl":            {writes: []write{{"kubectl-annotate", `{"metadata":{"annotations":{"x":"y"}}}`}}},
		"an explicit false of a pointer":      {apply: `{"spec":{"readOnlyRootFilesystem":false}}`},
		"a field that goes":                   {apply: `{"spec":{"autoPilot":null}}`},
		"a field that goes, kubectl owns it":  {writes: []write{{"kubectl-edit", `{"spec":{"autoPilot":false}}`}, {"kubectl-edit", `{"spec":{"autoPilot":true}}`}}, apply: `{"spec":{"autoPilot":null}}`},
		"another label, image and new limits": {apply: `{"metadata":{"labels":{"cluster":"new"}},"spec":{"cassandraImage":"x","resources":{"limits":{"cpu":"3"}}}}`},
		"a finalizer":                         {writes: []write{{"console", `{"metadata":{"finalizers":["example.com/a"]}}`}}, apply: `{"metadata":{"finalizers":["example.com/b"]}}`},
	}
	for _, version := range []string{casskop.APIVersionV1alpha1, casskop.APIVersionV2} {
		namespace := "dry-run-" + version[len("db.orange.com/"):]
		clusters[0].Namespace(t, namespace)
		n := 0
		for _, name := range slices.Sorted(maps.Keys(tests)) {
			tt := tests[name]
			n++
			key := client.ObjectKey{Namespace: namespace, Name: fmt.Sprint("demo-", n)}
			t.Run(version+" "+name, func(t *testing.T) { compareWithServer(t, version, key, tt.writes, tt.apply) })
		}
	}
}

func compareWithServer(t *testing.T, version string, key client.ObjectKey, writes []write, apply string) {
	c := clusters[0].Client
	recorded := sample(t).clusters["k8s-cluster1"]
	recorded["apiVersion"] = version
	recorded["metadata"].(map[string]any)["namespace"], recorded["metadata"].(map[string]any)["name"] = key.Namespace, key.Name
	live := create(t, clusters[0], recorded)
	for _, w := range writes {
		must(t, c.Patch(t.Context(), live, client.RawPatch(types.MergePatchType, []byte(w.patch)), client.FieldOwner(w.manager)))
	}
	rendered := rendered(t, recorded, apply)
	found, err := adopt.Compare(rendered.Object, rendered.Object, live.Object)
	must(t, err)
	var said []string
	for _, d := range found {
		if d.Changes {
			said = append(said, fmt.Sprintf("%s: %s -> %s", d.Field, text(d.Live), text(d.Rendered)))
		}
	}
	if diff := cmp.Diff(served(t, live, rendered), said); diff != "" {
		t.Errorf("(-API server +Compare):\n%s", diff)
	}
}

// rendered is what a user gives: less than what is live, by what CassKop fills in.
func rendered(t *testing.T, recorded map[string]any, change string) *unstructured.Unstructured {
	t.Helper()
	encoded, err := json.Marshal(recorded)
	must(t, err)
	u := &unstructured.Unstructured{}
	must(t, u.UnmarshalJSON(encoded))
	for _, field := range []string{"fsGroup", "bootstrapImage", "livenessHealthCheckPeriod", "imagePullSecret"} {
		unstructured.RemoveNestedField(u.Object, "spec", field)
	}
	if change != "" {
		var patch map[string]any
		must(t, json.Unmarshal([]byte(change), &patch))
		merge(u.Object, patch)
	}
	unstructured.RemoveNestedField(u.Object, "status") // Flux drops it
	return u
}

func merge(object, patch map[string]any) {
	for k, v := range patch {
		below, isMap := v.(map[string]any)
		switch there, isThere := object[k].(map[string]any); {
		case v == nil:
			delete(object, k)
		case isMap && isThere:
			merge(there, below)
		default:
			object[k] = v
		}
	}
}

// served is what an API server makes of the live object: as Flux, by force, after it has taken over what kubectl owns.
func served(t *testing.T, live, rendered *unstructured.Unstructured) (changes []string) {
	t.Helper()
	c := clusters[0].Client
	kubectl := sets.New[string]()
	for _, entry := range live.GetManagedFields() {
		if strings.HasPrefix(entry.Manager, "kubectl") {
			kubectl.Insert(entry.Manager)
		}
	}
	taken := live.DeepCopy()
	if kubectl.Len() > 0 {
		patch, err := csaupgrade.UpgradeManagedFieldsPatch(live, kubectl, bed.FluxManager)
		must(t, err)
		must(t, c.Patch(t.Context(), taken, client.RawPatch(types.JSONPatchType, patch)))
	}
	answer := rendered.DeepCopy()
	must(t, c.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(answer), client.FieldOwner(bed.FluxManager), client.ForceOwnership, client.DryRunAll))
	for _, field := range [][]string{{"metadata", "annotations"}, {"metadata", "finalizers"}, {"metadata", "labels"}, {"spec"}} {
		before, _, _ := unstructured.NestedFieldCopy(live.Object, field...) // absent is nil
		after, _, _ := unstructured.NestedFieldCopy(answer.Object, field...)
		changes = append(changes, differences(strings.Join(field, "."), before, after)...)
	}
	return changes
}

func differences(at string, before, after any) (found []string) {
	b, bIsMap := before.(map[string]any)
	a, aIsMap := after.(map[string]any)
	bl, bIsList := before.([]any)
	al, aIsList := after.([]any)
	switch {
	case text(before) == text(after):
	case (bIsMap || before == nil) && (aIsMap || after == nil) && len(a)+len(b) > 0:
		keys := map[string]bool{}
		for k := range b {
			keys[k] = true
		}
		for k := range a {
			keys[k] = true
		}
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			found = append(found, differences(at+"."+k, b[k], a[k])...)
		}
	case bIsList && aIsList && len(al) == len(bl):
		for i := range al {
			found = append(found, differences(fmt.Sprintf("%s[%d]", at, i), bl[i], al[i])...)
		}
	default:
		found = append(found, fmt.Sprintf("%s: %s -> %s", at, text(before), text(after)))
	}
	return found
}

func text(v any) string {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(err) // it came from JSON
	}
	return string(encoded)
}
