//go:build argocd

// Package argocd plays what is different under Argo CD: the real one on a hub, CassKop and the gate in each of two other clusters, and a git
// repository in front. As in test/e2e each scenario has a ring, a namespace and a repository of its own, and what happened is read from the
// audit logs of the API servers. `make e2e-argocd` runs it.
package argocd

import (
	"flag"
	"os"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/argobed"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

var clusters []*bed.Cluster

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "4") // it is a flag of testing: scenarios wait for most of their time
	os.Exit(bed.Main(m, &clusters, "hub", "k8s-cluster1", "k8s-cluster2"))
}

// world is an Argo CD on a hub, and the clusters that it deploys to.
type world struct {
	*argobed.Argo
	sites []*fleet.Site
}

func TestArgoCD(t *testing.T) {
	hub, remotes := clusters[0], clusters[1:]
	w := &world{sites: fleet.StartWithoutFlux(t, remotes...)}
	w.Argo = argobed.Start(t, hub, remotes...)
	w.kubectl(t, shows(t, "$ kubectl apply"), fleet.Commit{Revision: "none"})
	for _, scenario := range []struct {
		name string
		play func(*testing.T, *world)
	}{
		{"first rollout and then a commit while the second cluster is held", playHeld},
		{"a commit is taken back while the second cluster is held", playRevert},
		{"held for some tries and compared by the server", playServerSideDiff},
		{"the seeds alone change", playSeeds},
		{"a change breaks the first cluster", playBreaksFirst},
		{"an ApplicationSet for all clusters", playApplicationSet},
		{"the data stays when the manifest or the Application goes", playPrune},
		{"two rings in one namespace and the gate controller", playShared},
	} {
		t.Run(scenario.name, func(t *testing.T) {
			t.Parallel()
			scenario.play(t, w)
		})
	}
}
