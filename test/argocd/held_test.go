//go:build argocd

package argocd

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/argobed"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// playHeld: the first rollout goes in order, and all pods form one ring. While CassKop stands still in the first cluster, the second is
// held, hears of the next commit, and takes that one alone.
func playHeld(t *testing.T, w *world) {
	p := w.begin(t, "orders")
	p.project(t)
	c := p.rollOut(t)
	first, second := p.Members[0], p.Members[1]
	p.judge(t, 2)
	if diff := cmp.Diff([][]string{{"orders-dc1-rack1-0", "orders-dc2-rack1-0"}}, p.Cassandra.Rings()); diff != "" {
		t.Errorf("rings (-want +got):\n%s", diff)
	}
	for _, member := range p.Members {
		p.synced(t, member, c)
	}
	t.Logf("first rollout, from the first cluster ready to the second one applied: %s", p.followed(t))

	must(t, first.CassKop.Stop())
	p.Spec["cassandraImage"] = newImage
	bad := p.commit(t)
	first.WaitCarries(t, bad.Revision)
	p.held(t, second, bad, gate.ReasonNotTakenIn)
	same(t, shows(t, "one or more objects"), p.app(t, second).Status.OperationState.Message, bad)
	p.kubectl(t, shows(t, "$ kubectl get applications"), bad)
	p.Spec["cassandraImage"] = otherImage
	fix := p.commit(t)
	p.held(t, second, fix, "")
	second.WantCarries(t, c.Revision)
	must(t, first.CassKop.Start())
	fleet.WaitThrough(t, patience, fix.Revision, p.Members...)
	for _, member := range p.Members {
		p.synced(t, member, fix)
	}
	p.judge(t, 2+1+2)
	t.Logf("from the first cluster ready to the second one applied: %s", p.followed(t))
}

// playRevert: what is taken back during the hold never reaches the second cluster, and nothing is left of it.
func playRevert(t *testing.T, w *world) {
	p, c := w.created(t, "revert")
	first, second := p.Members[0], p.Members[1]
	must(t, first.CassKop.Stop())
	p.Spec["cassandraImage"] = newImage
	bad := p.commit(t)
	first.WaitCarries(t, bad.Revision)
	p.held(t, second, bad, gate.ReasonNotTakenIn)
	p.Spec["cassandraImage"] = oldImage
	back := p.commit(t)
	if back.Revision != c.Revision {
		t.Errorf("after the revert the revision is %s, want %s as before", back.Revision, c.Revision)
	}
	p.synced(t, second, back) // it carries that revision: there is nothing to let in
	must(t, first.CassKop.Start())
	fleet.WaitThrough(t, patience, c.Revision, p.Members...)
	p.synced(t, first, back)
	p.judge(t, 2+1+1)
}

// playServerSideDiff: the API server refuses the object to a try, and not to a dry run, by which Argo CD would take it for applied.
func playServerSideDiff(t *testing.T, w *world) {
	p, c := w.created(t, "diff")
	first, second := p.Members[0], p.Members[1]
	p.Patch(t, "Application", p.appName(second), `{"metadata":{"annotations":{"argocd.argoproj.io/compare-options":"ServerSideDiff=true"}}}`)
	must(t, first.CassKop.Stop())
	p.Spec["cassandraImage"] = newImage
	next := p.commit(t)
	first.WaitCarries(t, next.Revision)
	p.held(t, second, next, gate.ReasonNotTakenIn)
	for _, refresh := range []string{"normal", "hard"} {
		p.Patch(t, "Application", p.appName(second), `{"metadata":{"annotations":{"argocd.argoproj.io/refresh":"`+refresh+`"}}}`)
		p.waitApp(t, second, "refreshed, and not taken for synced", func(a *argobed.Application) bool {
			return !p.refreshing(t, second) && a.Status.Sync.Status == "OutOfSync" && a.Resource("CassandraCluster") == "OutOfSync" && len(a.Status.Conditions) == 0
		})
	}
	p.waitApp(t, second, "tried three times with the same revision", func(a *argobed.Application) bool {
		return tried(a, next) && a.Status.OperationState.RetryCount >= 2
	})
	second.WantCarries(t, c.Revision)
	must(t, first.CassKop.Start())
	fleet.WaitThrough(t, patience, next.Revision, p.Members...)
	p.synced(t, second, next)
	p.judge(t, 4)
	t.Logf("from the first cluster ready to the second one applied: %s", p.followed(t))
}

// playSeeds: a change of the seeds alone reaches the status of every CassandraCluster, from which CassKop takes them.
func playSeeds(t *testing.T, w *world) {
	p, _ := w.created(t, "seeds")
	p.Seeds = []string{"seeds-dc2-rack1-0.seeds.example", "seeds-dc1-rack1-0.seeds.example"}
	c := p.commit(t)
	fleet.WaitThrough(t, patience, c.Revision, p.Members...)
	for _, member := range p.Members {
		bed.WaitFor(t, soon, member.Name+" has the seeds", func() (bool, string) {
			seeds, _, _ := unstructured.NestedStringSlice(member.CassandraCluster(t).Object, "status", "seedlist")
			diff := cmp.Diff(p.Seeds, seeds)
			return diff == "", diff
		})
		p.synced(t, member, c)
	}
	p.judge(t, 4)
}

// playBreaksFirst: a change with which no pod comes up in the first cluster. The next commit is taken there, though the first one never came
// to an end.
func playBreaksFirst(t *testing.T, w *world) {
	p, c := w.created(t, "breaks", func(m *fleet.MultiCasskop) { m.Spec["nodesPerRacks"] = 2 })
	first, second := p.Members[0], p.Members[1]
	first.CassKop.Kubelet.BreakImage(newImage)
	p.Spec["cassandraImage"] = newImage
	bad := p.commit(t)
	first.WaitBroken(t, bad)
	p.held(t, second, bad, gate.ReasonNotRunning)
	p.Spec["cassandraImage"] = otherImage
	mended := p.commit(t)
	first.WaitCarries(t, mended.Revision)
	p.held(t, second, mended, "")
	second.WantCarries(t, c.Revision)
	first.Replace(t, otherImage)
	fleet.WaitThrough(t, patience, mended.Revision, p.Members...)
	p.judge(t, 2+1+2)
}
