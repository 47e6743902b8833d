// Package e2e plays the whole system as its users run it: Flux, CassKop and the gate in each of four clusters, a git repository in front.
// Each scenario has a ring, a namespace and a repository of its own; all share the clusters. What happened is read from the audit logs of
// the API servers.
package e2e

import (
	"flag"
	"os"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

var clusters []*bed.Cluster

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "4") // it is a flag of testing: scenarios wait for most of their time
	os.Exit(bed.Main(m, &clusters, "k8s-cluster1", "k8s-cluster2", "k8s-cluster3", "k8s-cluster4"))
}

// TestEndToEnd plays scenarios side by side, then the one that measures, and the one that disturbs all others.
func TestEndToEnd(t *testing.T) {
	sites := fleet.Start(t, clusters...)
	t.Run("together", func(t *testing.T) {
		for _, scenario := range []struct {
			name string
			play func(*testing.T, []*fleet.Site)
		}{
			{"first rollout of the sample ring", playFirstRollout},
			{"without the seed policy there are three rings", playWithoutSeeds},
			{"a change of the image, and one while CassKop is stopped", playImage},
			{"commits that overlap, a revert, an empty one, one for the third cluster", playCommits},
			{"a cluster is added, scaled, and the ring removed", playTopology},
			{"nothing changes once the ring has converged", playQuiet},
			{"CassKop refuses a change", playRefused},
			{"a change breaks the first cluster", playBreaksFirst},
			{"a change breaks the second cluster", playBreaksSecond},
			{"somebody breaks in", playBreakIn},
		} {
			t.Run(scenario.name, func(t *testing.T) {
				t.Parallel()
				scenario.play(t, sites)
			})
		}
	})
	t.Run("alone", func(t *testing.T) {
		t.Run("how soon a gate opens", func(t *testing.T) { playSpeed(t, sites) })
		t.Run("gates, Flux and an API server go away, and a Secret is rotated", func(t *testing.T) { playFaults(t, sites) })
	})
}
