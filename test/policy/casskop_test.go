package policy

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const operator = "system:serviceaccount:cassandra-e2e:cassandra-operator"

// lastApplied is what CassKop writes when it has taken a spec in.
func lastApplied(o *unstructured.Unstructured) {
	b, err := json.Marshal(map[string]any{"spec": o.Object["spec"]})
	if err != nil {
		panic(err)
	}
	annotation("cassandraclusters.db.orange.com/last-applied-configuration", string(b))(o)
}

// TestCassKopIsNeverHeld: its writes are PUTs of the whole object, and do not touch the revision.
func TestCassKopIsNeverHeld(t *testing.T) { both(t, cassKopIsNeverHeld) }

func cassKopIsNeverHeld(t *testing.T) {
	writes := map[string][]edit{
		"defaults of the spec":                  {set("cassandra:3.11.9", "spec", "cassandraImage"), set(int64(1), "spec", "maxPodUnavailable")},
		"the status":                            {set("Running", "status", "phase"), set("Done", "status", "lastClusterActionStatus")},
		"status and last-applied in one update": {set("Initializing", "status", "phase"), lastApplied},
		"a one-shot flag taken off":             {without("spec", "unlockNextOperation")},
		"a refused change put back":             {set(int64(3), "spec", "nodesPerRacks"), set("CorrectCRDConfig", "status", "lastClusterAction")},
		"a finalizer":                           {set([]any{"kubernetes.io/pvc-to-delete"}, "metadata", "finalizers")},
	}
	gates := map[string]state{
		"a Gate that nobody has seen": wants(r1),
		"a held Gate":                 held(r1, "NotRunning", initial),
		"an open Gate":                opened(r1),
	}
	casskop := as(t, operator)
	for gateName, gate := range gates {
		t.Run(gateName, func(t *testing.T) {
			arrange(t, r0)
			gate(t)
			for name, edits := range writes {
				for _, version := range []string{v1, v2} {
					want := edited(live(t, version, ring), edits...)
					if err := casskop.Update(t.Context(), want); err != nil {
						t.Fatalf("%s, %s: %v", name, version, err)
					}
					if diff := cmp.Diff(want, live(t, version, ring)); diff != "" {
						t.Errorf("%s, %s (-written +stored):\n%s", name, version, diff)
					}
				}
			}
			if err := casskop.Update(t.Context(), edited(live(t, v2, ring), without("metadata", "finalizers"))); err != nil {
				t.Errorf("a finalizer taken off: %v", err)
			}
		})
	}
}

// TestCassKopBeforeTheFirstRevision: an object from before its Gate has no revision. CassKop goes on writing it; its first revision
// is held like any other.
func TestCassKopBeforeTheFirstRevision(t *testing.T) {
	o := live(t, v1, legacy)
	gate := newGate(t, legacy, r1)
	if err := as(t, operator).Update(t.Context(), edited(o, set("Running", "status", "phase"), lastApplied)); err != nil {
		t.Errorf("CassKop's status: %v", err)
	}
	err := cluster(t).Client.Update(t.Context(), edited(o, carries(r1)))
	if diff := cmp.Diff(notJudged(gate.Name, "1", "-1"), outcomeOf(err)); diff != "" {
		t.Errorf("its first revision (-want +got):\n%s", diff)
	}
}

// TestWithoutAGateNothingIsWritten: the API server looks for the Gate before it looks at the conditions of the policy. So a Gate that
// is deleted, while its binding stays, stops CassKop's own writes and dry-runs too. Nothing but a delete passes.
func TestWithoutAGateNothingIsWritten(t *testing.T) {
	casskop := as(t, operator)
	writes := map[string]func(*unstructured.Unstructured) error{
		"a new revision":   func(o *unstructured.Unstructured) error { return casskop.Update(t.Context(), edited(o, carries(r1))) },
		"CassKop's status": func(o *unstructured.Unstructured) error { return casskop.Update(t.Context(), edited(o, lastApplied)) },
		"a dry-run":        func(o *unstructured.Unstructured) error { return casskop.Update(t.Context(), o, client.DryRunAll) },
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			arrange(t, r0)
			missing(t)
			if diff := cmp.Diff(outcome{http.StatusUnprocessableEntity, noGate}, outcomeOf(write(live(t, v2, ring)))); diff != "" {
				t.Errorf("without the Gate (-want +got):\n%s", diff)
			}
			opened(r1)(t)
			if err := write(live(t, v2, ring)); err != nil {
				t.Errorf("with the Gate: %v", err)
			}
			missing(t)
			if err := casskop.Delete(t.Context(), live(t, v2, ring)); err != nil {
				t.Errorf("delete: %v", err)
			}
		})
	}
}
