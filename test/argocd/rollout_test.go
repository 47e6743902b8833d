package argocd

import (
	"path/filepath"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/casskop-gitops/casskop-gitops/test/argobed"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
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

func TestHeld(t *testing.T) {
	hub, remotes := clusters[0], clusters[1:]
	sites := fleet.StartWithoutFlux(t, remotes...)
	argo := argobed.Start(t, hub, nil, remotes...)
	m := fleet.Small("held", "k8s-cluster1", "k8s-cluster2")
	ring := fleet.NewRing(t, m, casskopbed.Options{}, sites...)
	m.RepoURL = "file://" + ring.Dir
	first := ring.Repository.Commit(t, m)
	for _, member := range ring.Members {
		if out := hub.Kubectl(t, nil, "apply", "-f", filepath.Join(ring.Dir, "clusters", member.Name, "argocd", m.Name+".yaml")); out.Code != 0 {
			t.Fatal(out.Stderr)
		}
	}
	fleet.WaitThrough(t, patience, first.Revision, ring.Members...)
	push := func(image string) fleet.Commit {
		m.Spec["cassandraImage"] = image
		c := ring.Repository.Commit(t, m)
		for _, member := range ring.Members {
			argo.Refresh(t, m.Name+"-"+member.Name)
		}
		t.Logf("%s pushed %s %s", time.Now().Format("05.000"), image, c.Revision)
		return c
	}
	state := func(what string) {
		for _, member := range ring.Members {
			carried, readiness := member.State(t)
			a := argo.Application(t, m.Name+"-"+member.Name)
			phase, _, _ := unstructured.NestedString(a.Object, "status", "operationState", "phase")
			message, _, _ := unstructured.NestedString(a.Object, "status", "operationState", "message")
			sync, _, _ := unstructured.NestedString(a.Object, "status", "sync", "status")
			health, _, _ := unstructured.NestedString(a.Object, "status", "health", "status")
			t.Logf("%s %s: %s carries %s %s; app %s %s %s: %s", time.Now().Format("05.000"), what, member.Name, carried, readiness.Reason, phase, sync, health, message)
		}
	}
	second := push("cassandra:3.11.10")
	bed.WaitFor(t, patience, "cluster 1 carries", func() (bool, string) {
		c, _ := ring.Members[0].State(t)
		return c == second.Revision, c
	})
	state("first cluster has it")
	time.Sleep(8 * time.Second)
	state("8 s later")
	third := push("cassandra:3.11.12")
	time.Sleep(20 * time.Second)
	state("20 s after a third commit")
	fleet.WaitThrough(t, patience, third.Revision, ring.Members[:1]...)
	state("cluster 1 is through with the third")
	fleet.WaitThrough(t, patience, third.Revision, ring.Members...)
	state("all through")
}
