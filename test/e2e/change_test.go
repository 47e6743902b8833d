package e2e

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

const (
	oldImage   = "cassandra:3.11.9"
	newImage   = "cassandra:3.11.10"
	otherImage = "cassandra:3.11.11"
)

// playImage: one cluster at a time, and in it one pod at a time. Then the same with CassKop stopped.
func playImage(t *testing.T, sites []*fleet.Site) {
	m := small("image")
	m.Spec["nodesPerRacks"] = 2
	p := created(t, m, sites)
	log := p.WatchPods(t)
	m.Spec["cassandraImage"] = newImage
	before := p.rollOut(t)
	p.judge(t, 6)
	stopped, most := log.Stopped()
	if diff := cmp.Diff([]string{
		"k8s-cluster1/image-dc1-rack1-1", "k8s-cluster1/image-dc1-rack1-0",
		"k8s-cluster2/image-dc2-rack1-1", "k8s-cluster2/image-dc2-rack1-0",
		"k8s-cluster3/image-dc3-rack1-1", "k8s-cluster3/image-dc3-rack1-0",
	}, stopped); diff != "" {
		t.Errorf("pods that stopped (-want +got):\n%s", diff)
	}
	if most != 1 {
		t.Errorf("%d pods of the ring were not ready at one time, want 1", most)
	}
	for _, member := range p.Members {
		if got := images(t, member); got != newImage {
			t.Errorf("%s runs %s, want %s", member.Name, got, newImage)
		}
	}
	p.changeWhileStopped(t, before)
}

// changeWhileStopped: with CassKop down, the first cluster says Running and Done of another spec. The others must not move.
func (p *play) changeWhileStopped(t *testing.T, before fleet.Commit) {
	t.Helper()
	must(t, p.Members[0].CassKop.Stop())
	p.Spec["cassandraImage"] = otherImage
	c := p.Commit(t)
	p.Members[0].WaitCarries(t, c.Revision)
	phase, _, status := casskop.Progress(p.Members[0].CassandraCluster(t).Object)
	if phase != casskop.PhaseRunning || status != casskop.StatusDone {
		t.Errorf("want a stale %s and %s in the first cluster, got %s and %s", casskop.PhaseRunning, casskop.StatusDone, phase, status)
	}
	for _, member := range p.Members[1:] {
		says(t, member, "held: "+gate.ReasonNotTakenIn)
		p.fluxLooked(t, member, c)
		member.WantCarries(t, before.Revision)
		if got := images(t, member); got != newImage {
			t.Errorf("%s runs %s, want %s", member.Name, got, newImage)
		}
	}
	must(t, p.Members[0].CassKop.Start())
	fleet.WaitThrough(t, patience, c.Revision, p.Members...)
	p.judge(t, 9)
}
