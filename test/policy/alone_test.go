package policy

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// TestHeldByItsGateAlone: what was rendered for a ring takes seconds to work in the API server. Its Gate holds at once, and no other.
func TestHeldByItsGateAlone(t *testing.T) { both(t, heldByItsGateAlone) }

func heldByItsGateAlone(t *testing.T) {
	opened(r1)(t) // the sample's
	key := client.ObjectKey{Namespace: ring.Namespace, Name: "without-a-binding"}
	o := cassandraCluster(v2, key)
	mustCreate(t, o)
	must(t, cluster(t).Client.Delete(t.Context(), o))
	gate := newGate(t, key, r1)
	err := cluster(t).Client.Create(t.Context(), edited(cassandraCluster(v2, key), carries(r1)))
	if diff := cmp.Diff(notJudged(gate.Name, "1", "-1"), outcomeOf(err)); diff != "" {
		t.Errorf("with a Gate of its name (-want +got):\n%s", diff)
	}
}

// newGate makes a Gate that nobody has looked at, for a CassandraCluster without a binding of its own, until the test ends.
func newGate(t *testing.T, key client.ObjectKey, revision string) *v1alpha1.Gate {
	t.Helper()
	gate := &v1alpha1.Gate{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name}, Spec: v1alpha1.GateSpec{Revision: revision, APIVersion: v1alpha1.CassandraV2},
	}
	must(t, cluster(t).Client.Create(t.Context(), gate))
	t.Cleanup(func() { _ = cluster(t).Client.Delete(context.Background(), gate) }) // the cluster goes too
	missing(t)                                                                     // the policies see one change after the other
	return gate
}
