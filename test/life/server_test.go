package life

import (
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/chronicle"
)

// recovery is how long a gate may take to see what was missing, once it is there again.
const recovery = 10 * time.Second

// TestGateOutlivesItsAPIServers takes a ring through its creation. While the gate of the second cluster waits for the first one, its own
// API server is stopped; while that of the third waits for the second one, the API server of the first is. It disturbs all who use
// these clusters, so it is not parallel.
func TestGateOutlivesItsAPIServers(t *testing.T) {
	const namespace = "life-server"
	scribe := chronicle.NewScribe(t, namespace, clusters...)
	tree := bed.RingOver(t, clusters, namespace, func(config *v1alpha1.RenderConfig) { config.Gate.StableFor.Duration = killStableFor })
	r := newLifeRing(t, tree, clusters...)
	var gates []*bed.GateProcess
	for _, c := range clusters {
		gates = append(gates, c.RunGate(t, namespace, func(o *bed.GateOptions) { o.LeaderElect, o.Supervise = true, true }))
	}
	key, revision := tree.Key(), tree.Revision
	come := func(i int) { r.come(t, i, revision) }

	clusters[0].WaitGate(t, key, soon, "open: "+gate.ReasonRuleMet)
	clusters[1].WaitGate(t, key, soon, "held: "+gate.ReasonNotCreated)
	clusters[1].StopAPIServer(t)
	come(0)
	clusters[1].StartAPIServer(t)
	back := time.Now()
	clusters[1].WaitGate(t, key, takeOver, "open: "+gate.ReasonRuleMet) // one that could not renew its lease was started again
	t.Logf("open %s after the API server here is back", time.Since(back).Round(10*time.Millisecond))

	clusters[2].WaitGate(t, key, soon, "held: "+gate.ReasonNotCreated)
	clusters[0].StopAPIServer(t)
	gone := time.Now()
	clusters[2].WaitGate(t, key, recovery, "held: "+remote.ReasonConnectionRefused)
	t.Logf("held for it %s after the API server there has gone", time.Since(gone).Round(10*time.Millisecond))
	come(1)
	clusters[2].WaitGate(t, key, 0, "held: "+remote.ReasonConnectionRefused)
	clusters[0].StartAPIServer(t)
	back = time.Now()
	clusters[2].WaitGate(t, key, recovery, "open: "+gate.ReasonRuleMet)
	t.Logf("open %s after the API server there is back", time.Since(back).Round(10*time.Millisecond))
	come(2)

	for i, g := range gates {
		t.Logf("the gate of cluster %d was started again %d times", i+1, g.Restarts())
	}
	scribe.Read(t)
	for _, v := range scribe.Chronicles(func(string) time.Duration { return killStableFor })[namespace].Judge().Violations {
		t.Error(v)
	}
}
