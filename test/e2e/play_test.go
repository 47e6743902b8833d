package e2e

import (
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/chronicle"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

const (
	// patience is how long a rollout over three clusters may take on a busy machine: CassKop needs half a minute for a change in each.
	patience = 5 * time.Minute
	// soon is how long anything else may take.
	soon = 2 * time.Minute

	open = "open: " + gate.ReasonRuleMet
)

// play is a scenario under way.
type play struct {
	*fleet.Ring
	scribe *chronicle.Scribe
}

// begin prepares a ring. The audit logs are read from here on.
func begin(t *testing.T, m *fleet.MultiCasskop, options casskopbed.Options, sites ...*fleet.Site) *play {
	t.Helper()
	return &play{Ring: fleet.NewRing(t, m, options, sites...), scribe: chronicle.NewScribe(t, m.Name, clusters...)}
}

// created is a small ring over three clusters after its first rollout.
func created(t *testing.T, m *fleet.MultiCasskop, sites []*fleet.Site) *play {
	t.Helper()
	p := begin(t, m, casskopbed.Options{}, sites[:3]...)
	p.rollOut(t)
	return p
}

func small(name string) *fleet.MultiCasskop {
	return fleet.Small(name, "k8s-cluster1", "k8s-cluster2", "k8s-cluster3")
}

// rollOut commits what has changed and waits until it is through everywhere.
func (p *play) rollOut(t *testing.T, args ...string) fleet.Commit {
	t.Helper()
	c := p.Commit(t, args...)
	fleet.WaitThrough(t, patience, c.Revision, p.Members...)
	return c
}

// judge has the audit logs tell that no CassandraCluster took a revision before its time, and how many were taken.
func (p *play) judge(t *testing.T, taken int) {
	t.Helper()
	for _, v := range p.violations(t, taken) {
		t.Error(v)
	}
}

func (p *play) violations(t *testing.T, taken int) []chronicle.Violation {
	t.Helper()
	p.scribe.Read(t)
	judged := p.scribe.Chronicles(func(string) time.Duration { return p.StableFor })[p.Name].Judge()
	if judged.Taken != taken || judged.Late != 0 {
		t.Errorf("the audit logs tell of %d revisions that were taken, %d of them too late to be judged, want %d and none", judged.Taken, judged.Late, taken)
	}
	return judged.Violations
}

// says waits until the Gate of a member says something.
func says(t *testing.T, m *fleet.Member, want ...string) {
	t.Helper()
	m.WaitGate(t, m.Key, soon, want...)
}

// pods of a member, by name.
func pods(t *testing.T, m *fleet.Member) map[string]*corev1.Pod {
	t.Helper()
	var list corev1.PodList
	must(t, m.Client.List(t.Context(), &list, client.InNamespace(m.Key.Namespace)))
	byName := map[string]*corev1.Pod{}
	for i := range list.Items {
		byName[list.Items[i].Name] = &list.Items[i]
	}
	return byName
}

// uids are the pods of some members, as cluster/name, by which a restart is known.
func uids(t *testing.T, members ...*fleet.Member) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, m := range members {
		for name, pod := range pods(t, m) {
			all[m.Name+"/"+name] = string(pod.UID)
		}
	}
	return all
}

// images of the pods of a member: each one once.
func images(t *testing.T, m *fleet.Member) string {
	t.Helper()
	found := map[string]bool{}
	var all []string
	for _, pod := range pods(t, m) {
		if image := casskopbed.Image(pod.Spec); !found[image] {
			found[image] = true
			all = append(all, image)
		}
	}
	return strings.Join(all, " ")
}

// statefulSets of a member.
func statefulSets(t *testing.T, m *fleet.Member) []appsv1.StatefulSet {
	t.Helper()
	var list appsv1.StatefulSetList
	must(t, m.Client.List(t.Context(), &list, client.InNamespace(m.Key.Namespace)))
	return list.Items
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
