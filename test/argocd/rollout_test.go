package argocd

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/argobed"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

const patience = 5 * time.Minute

func TestRollout(t *testing.T) {
	hub, remotes := clusters[0], clusters[1:]
	sites := fleet.StartWithoutFlux(t, remotes...)
	argo := argobed.Start(t, hub, nil, remotes...)
	m := fleet.Small("rings", "k8s-cluster1", "k8s-cluster2")
	ring := fleet.NewRing(t, m, casskopbed.Options{}, sites...)
	m.RepoURL = "file://" + ring.Dir
	first := ring.Repository.Commit(t, m)
	for _, member := range ring.Members {
		folder := filepath.Join(ring.Dir, "clusters", member.Name, "argocd", m.Name+".yaml")
		if out := hub.Kubectl(t, nil, "apply", "-f", folder); out.Code != 0 {
			t.Fatal(out.Stderr)
		}
	}
	fleet.WaitThrough(t, patience, first.Revision, ring.Members...)
	for _, member := range ring.Members {
		t.Logf("%v", argo.Application(t, "rings-"+member.Name).Object["status"])
	}
}
