package e2e

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// playCommits: a commit comes while the first cluster rolls with another one, and Flux in the second cluster has not seen it. The one
// after that comes while nothing can go on.
func playCommits(t *testing.T, sites []*fleet.Site) {
	m := small("overlap")
	p := created(t, m, sites)
	m.Spec["cassandraImage"] = newImage
	first := p.Commit(t)
	p.Members[0].WaitCarries(t, first.Revision)
	m.Spec["cassandraImage"] = otherImage
	second := p.Repository.Commit(t, m)
	p.Push(t, second, p.Members[0], p.Members[2])
	says(t, p.Members[0], "held: "+gate.ReasonRevisionsDiffer)
	p.Members[0].WantCarries(t, first.Revision)
	m.Spec["cassandraImage"] = "cassandra:3.11.12"
	third := p.rollOut(t)
	p.judge(t, 3+1+3) // the first one in one cluster, the second one nowhere

	p.revert(t, third)
	p.judge(t, 7+2) // there and back in the first cluster
	p.empty(t)
	p.forTheThird(t)
	p.judge(t, 9+3)
}

// revert: a commit is taken back while the first cluster rolls with it. The revision is again that of before.
func (p *play) revert(t *testing.T, first fleet.Commit) {
	t.Helper()
	before := p.Spec["cassandraImage"]
	p.Spec["cassandraImage"] = oldImage
	p.Members[0].WaitCarries(t, p.Commit(t).Revision)
	p.Spec["cassandraImage"] = before
	if back := p.rollOut(t); back.Revision != first.Revision {
		t.Errorf("after the revert the revision is %s, want %s as before", back.Revision, first.Revision)
	}
}

// empty: a commit without a change reaches all clusters and changes nothing.
func (p *play) empty(t *testing.T) {
	t.Helper()
	before := p.generations(t)
	empty := p.Commit(t)
	for _, member := range p.Members {
		p.fluxApplied(t, member, empty)
	}
	if diff := cmp.Diff(before, p.generations(t)); diff != "" {
		t.Errorf("generations of the CassandraClusters (-before the empty commit +after it):\n%s", diff)
	}
}

// forTheThird: a commit for the third cluster alone restarts nobody else.
func (p *play) forTheThird(t *testing.T) {
	t.Helper()
	others := uids(t, p.Members[:2]...)
	p.Overrides["k8s-cluster3"]["cassandraImage"] = newImage
	p.rollOut(t)
	if diff := cmp.Diff(others, uids(t, p.Members[:2]...)); diff != "" {
		t.Errorf("pods of the first two clusters (-before the commit for the third +after it):\n%s", diff)
	}
	if got := images(t, p.Members[2]); got != newImage {
		t.Errorf("the third cluster runs %s, want %s", got, newImage)
	}
}

// generations of the CassandraClusters, by cluster.
func (p *play) generations(t *testing.T) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	for _, m := range p.Members {
		all[m.Name] = m.CassandraCluster(t).GetGeneration()
	}
	return all
}

// fluxApplied waits until Flux has applied a commit in a cluster, with Gate and CassandraCluster.
func (p *play) fluxApplied(t *testing.T, m *fleet.Member, c fleet.Commit) {
	t.Helper()
	bed.WaitFor(t, soon, "Flux has applied "+c.SHA+" in "+m.Name, func() (bool, string) {
		status, _ := m.Flux.Kustomization(t, p.Name).Object["status"].(map[string]any)
		applied, _ := status["lastAppliedRevision"].(string)
		return applied == "main@sha1:"+c.SHA, "it has applied " + applied
	})
}
