package render

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// FuzzMerge lays any CassandraCluster over any other, as render does: the result is a fixed point, and the base with the patch
// that is written for it, read back, is the same again.
func FuzzMerge(f *testing.F) {
	f.Add("spec: {nodesPerRacks: 3, deletePVC: true}", "spec: {nodesPerRacks: 0, deletePVC: null}")
	f.Add("spec: {config: {a: {b: 1, c: 2}}}", "spec: {config: {a: {b: 2.0}}}")
	f.Add("spec: {config: [1, null, {}]}", "spec: {config: {}}")
	f.Add("spec: {resources: {requests: {cpu: 1000m}}}", "spec: {resources: {requests: {memory: 1.5Gi}, limits: {}}}")
	f.Add("spec: {topology: {dc: [{name: dc1, resources: {}, config: {}}]}}", "spec: {topology: {dc: [{name: dc1, nodesPerRacks: 0, rack: [{name: a}]}]}}")
	f.Add("metadata: {labels: {a: b, c: ''}, annotations: {x: |-\n    \n    y}}", "metadata: {labels: {a: '', c: null, d: ''}}")
	f.Add("spec: {pod: {annotations: {a: ' b'}}}", "spec: {pod: null, unknown: {a: null, b: [null, {c: null}]}}")
	f.Add("spec: {sidecarConfigs: [{name: x, env: [{name: a, value: ''}]}]}", "spec: {sidecarConfigs: []}")
	f.Add("spec: {readOnlyRootFilesystem: true}", "spec: {readOnlyRootFilesystem: false}")
	f.Fuzz(func(t *testing.T, baseText, overText string) {
		base, baseOK := fuzzObject(baseText)
		over, overOK := fuzzObject(overText)
		if base == nil || over == nil {
			return
		}
		before := asJSON(t, []any{base, over})
		for _, zero := range []schema.ZeroValues{schema.HonourZero, schema.IgnoreZero} {
			merged := clusterType.Merge(base, over, zero, func(schema.Finding) {})
			want := clusterType.FixedPoint(merged).(map[string]any)
			checkSame(t, "the fixed point, twice", want, clusterType.FixedPoint(want))
			if !baseOK || !overOK {
				continue
			}
			again := clusterType.Check(want, "", func(f schema.Finding) {
				if f.Reason == schema.WrongType || f.Reason == schema.NullDropped {
					t.Errorf("what was merged is not sound: %+v", f)
				}
			})
			checkSame(t, "checked again", want, again)
			checkOverlay(t, clusterType.FixedPoint(base).(map[string]any), want)
		}
		if after := asJSON(t, []any{base, over}); after != before {
			t.Errorf("the merge changed what it was given\n%s\n%s", before, after)
		}
	})
}

// fuzzObject returns a checked object, nil if the text holds none, and whether all of it is sound.
func fuzzObject(text string) (object map[string]any, sound bool) {
	docs, problems := parseSource(Source{Name: "x.yaml", Data: []byte(text)})
	if len(docs) != 1 || len(problems) > 0 {
		return nil, false
	}
	sound = true
	object, _ = clusterType.Check(docs[0].value, "", func(f schema.Finding) { sound = sound && f.Reason != schema.WrongType }).(map[string]any)
	return object, sound
}

// checkOverlay writes base and overlay, reads them back and puts them together.
func checkOverlay(t *testing.T, base, want map[string]any) {
	t.Helper()
	patch := diffPatch(base, want)
	checkSame(t, "base with patch", want, applyPatch(base, patch))
	got := applyPatch(writtenAndRead(t, base), writtenAndRead(t, patch))
	if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
		t.Errorf("base with patch, both written and read back (-want +got):\n%s", diff)
	}
}

// checkSame shows differences as text: of values nested deep cmp.Diff would take for ever.
func checkSame(t *testing.T, what string, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Errorf("%s (-want +got):\n%s", what, cmp.Diff(fmt.Sprintf("%#v", want), fmt.Sprintf("%#v", got)))
	}
}

func writtenAndRead(t *testing.T, object map[string]any) map[string]any {
	t.Helper()
	w := fileWriter{}
	w.object("", "x.yaml", object)
	if w.err != nil {
		t.Fatal(w.err)
	}
	docs, problems := parseSource(Source{Name: "x.yaml", Data: w.files[0].Content})
	if len(docs) != 1 || len(problems) > 0 {
		t.Fatalf("cannot be read back: %v\n%s", problems, w.files[0].Content)
	}
	return docs[0].value
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
