package adopt

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// object reads YAML; managers are field managers with what they own: manager, operation, FieldsV1.
func object(t *testing.T, text string, managers ...[3]string) map[string]any {
	t.Helper()
	var o map[string]any
	if err := yaml.UnmarshalStrict([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	var entries []any
	for _, m := range managers {
		var fields any
		if err := json.Unmarshal([]byte(m[2]), &fields); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, map[string]any{"manager": m[0], "operation": m[1], "apiVersion": "db.orange.com/v2", "fieldsType": "FieldsV1", "fieldsV1": fields})
	}
	if entries != nil {
		o["metadata"].(map[string]any)["managedFields"] = entries
	}
	return o
}

func TestCompare(t *testing.T) {
	const wanted = "metadata: {name: demo, annotations: {casskop-gitops.dev/revision: abc}}\nspec: {nodesPerRacks: 1, topology: {dc: [{name: dc1, resources: {}}]}}\n"
	tests := map[string]struct {
		rendered, ignoring, live string // ignoring: as rendered
		managers                 [][3]string
		want                     []string
	}{
		"the same": {rendered: wanted, live: wanted},
		"what is written around every live object does not count": {rendered: wanted,
			live: `metadata: {name: demo, uid: x, annotations: {cassandraclusters.db.orange.com/last-applied-configuration: x, kubectl.kubernetes.io/last-applied-configuration: x}}
spec: {nodesPerRacks: 1, imagePullSecret: {}, topology: {dc: [{name: dc1, resources: {}}]}}
status: {phase: Running}
`},
		"a default of CassKop stays": {rendered: wanted, live: "metadata: {name: demo}\nspec: {nodesPerRacks: 1, fsGroup: 1, topology: {dc: [{name: dc1, resources: {}}]}}\n",
			managers: [][3]string{{"multi-casskop", "Update", `{"f:spec":{"f:fsGroup":{}}}`}},
			want:     []string{`spec.fsGroup: live 1, rendered nothing: CassKop defaulted it; it stays`}},
		"a default of another CassKop, which only an operator owns": {rendered: wanted,
			live:     "metadata: {name: demo}\nspec: {nodesPerRacks: 1, bootstrapImage: old, topology: {dc: [{name: dc1, resources: {}}]}}\n",
			managers: [][3]string{{"casskop", "Update", `{"f:spec":{"f:bootstrapImage":{}}}`}},
			want:     []string{`spec.bootstrapImage: live "old", rendered nothing: CassKop defaulted it; it stays`}},
		"a field that CassKop defaults, set with kubectl, goes": {rendered: wanted,
			live:     "metadata: {name: demo}\nspec: {nodesPerRacks: 1, bootstrapImage: mine, topology: {dc: [{name: dc1, resources: {}}]}}\n",
			managers: [][3]string{{"kubectl-edit", "Update", `{"f:spec":{"f:bootstrapImage":{}}}`}},
			want:     []string{`spec.bootstrapImage: live "mine", rendered nothing: set by hand or elsewhere (kubectl-edit); the first sync changes it`}},
		"a field set with kubectl that the operator owns too stays": {rendered: wanted,
			live:     "metadata: {name: demo}\nspec: {nodesPerRacks: 1, debug: true, topology: {dc: [{name: dc1, resources: {}}]}}\n",
			managers: [][3]string{{"kubectl-edit", "Update", `{"f:spec":{"f:debug":{}}}`}, {"multi-casskop", "Update", `{"f:spec":{"f:debug":{}}}`}},
			want:     []string{`spec.debug: live true, rendered nothing: set by hand or elsewhere (kubectl-edit, multi-casskop); it stays`}},
		"a field set by another tool stays": {rendered: wanted,
			live:     "metadata: {name: demo}\nspec: {nodesPerRacks: 1, debug: true, topology: {dc: [{name: dc1, resources: {}}]}}\n",
			managers: [][3]string{{"console", "Update", `{"f:spec":{"f:debug":{}}}`}},
			want:     []string{`spec.debug: live true, rendered nothing: set by hand or elsewhere (console); it stays`}},
		"a value changed by hand is taken back": {rendered: wanted,
			live:     "metadata: {name: demo}\nspec: {nodesPerRacks: 2, topology: {dc: [{name: dc1, resources: {}}]}}\n",
			managers: [][3]string{{"kubectl-patch", "Update", `{"f:spec":{"f:nodesPerRacks":{}}}`}},
			want:     []string{`spec.nodesPerRacks: live 2, rendered 1: set by hand or elsewhere (kubectl-patch); the first sync changes it`}},
		"a change that Multi-CassKop had not made yet": {rendered: wanted,
			live:     "metadata: {name: demo}\nspec: {nodesPerRacks: 2, topology: {dc: [{name: dc1, resources: {}}]}}\n",
			managers: [][3]string{{"multi-casskop", "Update", `{"f:spec":{"f:nodesPerRacks":{}}}`}},
			want:     []string{`spec.nodesPerRacks: live 2, rendered 1: in the MultiCasskop, and not carried over; the first sync changes it`}},
		"a list has one owner: what is not rendered in it goes": {rendered: wanted,
			live:     "metadata: {name: demo}\nspec: {nodesPerRacks: 1, topology: {dc: [{name: dc1, resources: {}, labels: {a: b}}]}}\n",
			managers: [][3]string{{"console", "Update", `{"f:spec":{"f:topology":{"f:dc":{}}}}`}},
			want:     []string{`spec.topology.dc[0].labels.a: live "b", rendered nothing: set by hand or elsewhere (console); the first sync changes it`}},
		"a list of another length": {rendered: wanted,
			live: "metadata: {name: demo}\nspec: {nodesPerRacks: 1, topology: {dc: []}}\n",
			want: []string{`spec.topology.dc: live [], rendered [{"name":"dc1","resources":{}}]: in the MultiCasskop, and not carried over; the first sync changes it`}},
		"a label that Multi-CassKop never carried over": {rendered: "metadata: {name: demo, labels: {a: new}}\nspec: {}\n", live: "metadata: {name: demo, labels: {a: old}}\nspec: {}\n",
			managers: [][3]string{{"multi-casskop", "Update", `{"f:metadata":{"f:labels":{"f:a":{}}}}`}},
			want:     []string{`metadata.labels.a: live "old", rendered "new": in the MultiCasskop, and not carried over; the first sync changes it`}},
		"Flux's own labels do not count": {rendered: wanted, live: "metadata: {name: demo, labels: {kustomize.toolkit.fluxcd.io/name: demo}}\nspec: {nodesPerRacks: 1, topology: {dc: [{name: dc1, resources: {}}]}}\n"},
		"a zero value, honoured now, of a field that stays": {rendered: "metadata: {name: demo}\nspec: {}\n", ignoring: "metadata: {name: demo}\nspec: {autoPilot: true}\n",
			live: "metadata: {name: demo}\nspec: {autoPilot: true}\n", managers: [][3]string{{"multi-casskop", "Update", `{"f:spec":{"f:autoPilot":{}}}`}},
			want: []string{`spec.autoPilot: live true, rendered nothing: zero value that Multi-CassKop ignored; it stays`}},
		"a zero value, honoured now, of a field with a pointer": {rendered: "metadata: {name: demo}\nspec: {shareProcessNamespace: false}\n",
			ignoring: "metadata: {name: demo}\nspec: {shareProcessNamespace: true}\n", live: "metadata: {name: demo}\nspec: {shareProcessNamespace: true}\n",
			want: []string{`spec.shareProcessNamespace: live true, rendered false: zero value that Multi-CassKop ignored; the first sync changes it`}},
		"limits that CassKop took from requests": {rendered: "metadata: {name: demo}\nspec: {resources: {requests: {cpu: '1'}}}\n",
			live: "metadata: {name: demo}\nspec: {resources: {requests: {cpu: '1'}, limits: {cpu: '1'}}}\n",
			want: []string{`spec.resources.limits.cpu: live "1", rendered nothing: CassKop defaulted it; it stays`}},
		"the protocol that the CRD fills in": {rendered: "metadata: {name: demo}\nspec: {sidecarConfigs: [{name: s, ports: [{containerPort: 1}]}]}\n",
			live: "metadata: {name: demo}\nspec: {sidecarConfigs: [{name: s, ports: [{containerPort: 1, protocol: TCP}]}]}\n"},
		"other seeds are a rolling restart": {rendered: "metadata: {name: demo}\nspec: {}\nstatus: {seedlist: [a]}\n", live: "metadata: {name: demo}\nspec: {}\nstatus: {phase: Running, seedlist: [b]}\n",
			want: []string{`status.seedlist[0]: live "b", rendered "a": in the MultiCasskop, and not carried over; the first sync changes it`}},
		"seeds that are not rendered stay": {rendered: "metadata: {name: demo}\nspec: {}\n", live: "metadata: {name: demo}\nspec: {}\nstatus: {seedlist: [b]}\n",
			want: []string{`status.seedlist: live ["b"], rendered nothing: CassKop defaulted it; it stays`}},
		"a finalizer of CassKop": {rendered: "metadata: {name: demo}\nspec: {}\n", live: "metadata: {name: demo, finalizers: [kubernetes.io/pvc-to-delete]}\nspec: {}\n",
			managers: [][3]string{{"casskop", "Update", `{"f:metadata":{"f:finalizers":{}}}`}},
			want:     []string{`metadata.finalizers: live ["kubernetes.io/pvc-to-delete"], rendered nothing: CassKop defaulted it; it stays`}},
		"finalizers of others stay": {rendered: "metadata: {name: demo, finalizers: [a]}\nspec: {}\n", live: "metadata: {name: demo, finalizers: [a, b]}\nspec: {}\n"},
		"what Flux applied once and applies no more goes": {rendered: wanted,
			live:     "metadata: {name: demo}\nspec: {nodesPerRacks: 1, debug: true, topology: {dc: [{name: dc1, resources: {}}]}}\n",
			managers: [][3]string{{"kustomize-controller", "Apply", `{"f:spec":{"f:debug":{}}}`}},
			want:     []string{`spec.debug: live true, rendered nothing: set by hand or elsewhere (kustomize-controller); the first sync changes it`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ignoring := tt.ignoring
			if ignoring == "" {
				ignoring = tt.rendered
			}
			found, err := Compare(object(t, tt.rendered), object(t, ignoring), object(t, tt.live, tt.managers...))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range found {
				got = append(got, d.Field.String()+": "+d.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompareRefusesManagedFieldsItCannotRead(t *testing.T) {
	live := object(t, "metadata: {name: demo}\nspec: {}\n", [3]string{"x", "Update", `{"what":{}}`})
	if _, err := Compare(live, live, live); err == nil {
		t.Error("want an error")
	}
}
