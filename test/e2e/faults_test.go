package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// playFaults: one rollout in which every gate is killed at each stage; while the first cluster rolls its API server is down for a minute, the
// account with which the others look at it is made anew, so that their tokens are void, and Flux is killed. It disturbs all rings, so it
// is played alone.
func playFaults(t *testing.T, sites []*fleet.Site) {
	m := small("faults")
	p := created(t, m, sites)
	before, _ := p.Members[1].State(t)
	m.Spec["cassandraImage"] = newImage
	c := p.Commit(t)
	p.killGates(t)
	p.Members[0].WaitCarries(t, c.Revision)
	p.downForAMinute(t, before)
	p.rotate(t, p.Members[0])
	fleet.Each(t, p.Members, func(_ int, m *fleet.Member) { m.Flux.Restart(t) })
	for i, member := range p.Members {
		member.WaitCarries(t, c.Revision)
		p.killGates(t)
		fleet.WaitThrough(t, patience, c.Revision, p.Members[:i+1]...)
		p.killGates(t)
	}
	p.judge(t, 6)
}

// downForAMinute: nobody can see the first cluster, so nobody moves.
func (p *play) downForAMinute(t *testing.T, before string) {
	t.Helper()
	p.Members[0].StopAPIServer(t)
	minute := time.After(time.Minute)
	for _, member := range p.Members[1:] {
		says(t, member, "held: "+remote.ReasonConnectionRefused)
	}
	p.killGates(t)
	<-minute
	for _, member := range p.Members[1:] {
		says(t, member, "held: "+remote.ReasonConnectionRefused)
		member.WantCarries(t, before)
	}
	p.Members[0].StartAPIServer(t)
}

func (p *play) killGates(t *testing.T) {
	t.Helper()
	fleet.Each(t, p.Members, func(_ int, m *fleet.Member) { must(t, m.Controller.Kill()) })
}

// rotate makes the reader of a cluster anew, and gives the others a token of the new one.
func (p *play) rotate(t *testing.T, remote *fleet.Member) {
	t.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: p.Name, Name: bed.Reader}}
	must(t, remote.Client.Delete(t.Context(), account))
	p.Connect(t, remote)
}

// playRefused: CassKop puts the old value back. The others are stalled until a human comes with the next commit.
func playRefused(t *testing.T, sites []*fleet.Site) {
	m := small("refused")
	p := created(t, m, sites)
	m.Spec["dataCapacity"] = "2Gi"
	c := p.Commit(t, "--allow=data-capacity")
	p.Members[0].WaitCarries(t, c.Revision)
	for _, member := range p.Members[1:] {
		g := member.WaitGate(t, member.Key, soon, "held: "+gate.ReasonChangeRefused)
		if !apimeta.IsStatusConditionTrue(g.Status.Conditions, meta.StalledCondition) {
			t.Errorf("%s: the Gate is not Stalled: %v", member.Name, g.Status.Conditions)
		}
	}
	m.Spec["dataCapacity"], m.Spec["cassandraImage"] = "1Gi", newImage
	p.rollOut(t, "--allow=data-capacity")
	p.judge(t, 3+1+3)
}

// playBreaksFirst: pods of the first cluster cannot start. The next commit goes in by itself there, and only there. (A StatefulSet does
// not replace a pod that has never been ready: somebody must delete it, whoever wrote the StatefulSet.)
func playBreaksFirst(t *testing.T, sites []*fleet.Site) {
	m := small("breaks-first")
	m.Spec["nodesPerRacks"] = 2
	p := created(t, m, sites)
	first := p.Members[0]
	first.CassKop.Kubelet.BreakImage(newImage)
	m.Spec["cassandraImage"] = newImage
	bad := p.Commit(t)
	first.WaitBroken(t, bad)
	m.Spec["cassandraImage"] = otherImage
	mended := p.Commit(t)
	says(t, first, open)
	first.WaitCarries(t, mended.Revision)
	for _, member := range p.Members[1:] {
		p.saysOf(t, member, first)
	}
	first.Replace(t, otherImage)
	fleet.WaitThrough(t, patience, mended.Revision, p.Members...)
	p.judge(t, 3+1+3)
}

// playBreaksSecond: pods of the second cluster cannot start. That holds the next rollout, and says so. A human lets the fix in there, and
// then it goes on by itself.
func playBreaksSecond(t *testing.T, sites []*fleet.Site) {
	m := small("breaks-second")
	m.Spec["nodesPerRacks"] = 2
	p := created(t, m, sites)
	first, second := p.Members[0], p.Members[1]
	second.CassKop.Kubelet.BreakImage(newImage)
	m.Spec["cassandraImage"] = newImage
	bad := p.Commit(t)
	fleet.WaitThrough(t, patience, bad.Revision, first)
	second.WaitBroken(t, bad)
	m.Spec["cassandraImage"] = otherImage
	mended := p.Commit(t)
	p.saysOf(t, first, second)
	p.fluxLooked(t, first, mended)
	first.WantCarries(t, bad.Revision)
	p.openByHand(t, second, mended)
	second.WaitCarries(t, mended.Revision)
	second.Replace(t, otherImage)
	fleet.WaitThrough(t, patience, mended.Revision, p.Members...)
	p.judgeButFor(t, 3+2+3, "cluster 2 took "+mended.Revision)
}

// saysOf waits until the Gate of a member is held because of another one.
func (p *play) saysOf(t *testing.T, m, other *fleet.Member) {
	t.Helper()
	bed.WaitFor(t, soon, "the Gate in "+m.Name+" speaks of "+other.Name, func() (bool, string) {
		g := m.Gate(t, m.Key)
		ready := apimeta.FindStatusCondition(g.Status.Conditions, meta.ReadyCondition)
		return strings.HasPrefix(bed.Says(g), "held: ") && strings.HasPrefix(ready.Message, other.Name+": "), fmt.Sprintf("%+v", ready)
	})
}
