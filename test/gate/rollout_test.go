package gate

import (
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const soon = 20 * time.Second

// TestRollout takes a ring through its creation and through one change, one cluster after the other.
func TestRollout(t *testing.T) {
	ring := bed.Ring{Name: "ring", Namespace: "rollout"}
	for _, c := range clusters {
		ring.Clusters = append(ring.Clusters, c.Name)
		if err := c.InstallGate(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.Operator(t).Run(t, bed.Pace{Notice: 50 * time.Millisecond, Roll: 200 * time.Millisecond})
	}
	dir := t.TempDir()
	for i, image := range []string{"cassandra:4.0.4", "cassandra:4.0.5"} {
		ring.Image = image
		tree := ring.RenderInto(t, dir)
		tree.InstallGates(t, clusters...)
		if i == 0 {
			tree.Connect(t, clusters...)
			for _, c := range clusters {
				c.RunGate(t, ring.Namespace)
			}
		}
		for j, c := range clusters {
			c.WaitGate(t, tree.Key(), soon, "open: "+gate.ReasonRuleMet)
			for _, later := range clusters[j+1:] { // they wait for this one, which has not been delivered to yet
				later.WaitGate(t, tree.Key(), soon, "held: "+gate.ReasonNotCreated, "held: "+gate.ReasonNotCarried)
				if err := tree.Deliver(t, later); !apierrors.IsForbidden(err) {
					t.Errorf("%s: the CassandraCluster was let in before its time: %v", later.Name, err)
				}
			}
			if err := tree.Deliver(t, c); err != nil {
				t.Fatal(err)
			}
		}
	}
}
