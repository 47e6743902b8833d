//go:build argocd

package argocd

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/argobed"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/chronicle"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

const (
	// patience is how long a rollout may take on a busy machine, with a backoff of 15 s in it.
	patience = 5 * time.Minute
	// soon is how long anything else may take.
	soon = 2 * time.Minute

	oldImage   = "cassandra:3.11.9"
	newImage   = "cassandra:3.11.10"
	otherImage = "cassandra:3.11.11"
)

// play is a scenario under way.
type play struct {
	*world
	*fleet.Ring
	scribe *chronicle.Scribe
}

// begin prepares a small ring, which Argo CD gets from its repository. The audit logs are read from here on.
func (w *world) begin(t *testing.T, name string, change ...func(*fleet.MultiCasskop)) *play {
	t.Helper()
	m := fleet.Small(name, "k8s-cluster1", "k8s-cluster2")
	for _, c := range change {
		c(m)
	}
	p := &play{world: w, scribe: chronicle.NewScribe(t, name, clusters[1:]...)}
	p.Ring = fleet.NewRing(t, m, casskopbed.Options{}, w.sites...)
	m.ArgoCD = &v1alpha1.RenderArgoCD{RepoURL: "file://" + p.Dir}
	return p
}

// created is a ring after its first rollout.
func (w *world) created(t *testing.T, name string, change ...func(*fleet.MultiCasskop)) (*play, fleet.Commit) {
	t.Helper()
	p := w.begin(t, name, change...)
	return p, p.rollOut(t)
}

// rollOut makes a first commit and the Applications, and waits until it is through.
func (p *play) rollOut(t *testing.T) fleet.Commit {
	t.Helper()
	c := p.commit(t)
	for _, member := range p.Members {
		p.install(t, filepath.Join("clusters", member.Name, "argocd", p.Name+".yaml"))
	}
	fleet.WaitThrough(t, patience, c.Revision, p.Members...)
	return c
}

// install applies a file of the tree to the hub, as whoever begins with a ring does.
func (p *play) install(t *testing.T, file string) {
	t.Helper()
	if out := p.Hub.Kubectl(t, nil, "apply", "-f", filepath.Join(p.Dir, file)); out.Code != 0 {
		t.Fatal(out.Stderr)
	}
}

// commit commits what has changed, and the git server tells Argo CD.
func (p *play) commit(t *testing.T) fleet.Commit {
	t.Helper()
	c := p.Repository.Commit(t, p.MultiCasskop)
	p.tell(t)
	return c
}

func (p *play) tell(t *testing.T) {
	t.Helper()
	for _, member := range p.Members {
		if p.app(t, member).Status.Sync.Status != "" {
			p.Refresh(t, p.appName(member))
		}
	}
}

func (p *play) appName(m *fleet.Member) string { return p.Name + "-" + m.Name }

func (p *play) app(t *testing.T, m *fleet.Member) *argobed.Application {
	t.Helper()
	return p.Application(t, p.appName(m))
}

// waitApp waits until Argo CD says something of a member.
func (p *play) waitApp(t *testing.T, m *fleet.Member, what string, is func(*argobed.Application) bool) {
	t.Helper()
	bed.WaitFor(t, soon, p.appName(m)+": "+what, func() (bool, string) {
		app := p.app(t, m)
		return is(app), app.String()
	})
}

// synced waits until all is as git says at a commit, healthy, and nothing is under way.
func (p *play) synced(t *testing.T, m *fleet.Member, c fleet.Commit) {
	t.Helper()
	p.waitApp(t, m, "synced", func(a *argobed.Application) bool {
		s := &a.Status
		return s.Sync.Status == "Synced" && isAt(s.Sync.Revisions, c) && s.Health.Status == "Healthy" && s.OperationState.Phase == "Succeeded"
	})
}

// tried says that the present operation, or the last one, is for a commit.
func tried(a *argobed.Application, c fleet.Commit) bool {
	return isAt(a.Status.OperationState.SyncResult.Revisions, c)
}

// isAt says that both sources of an Application are at a commit.
func isAt(revisions []string, c fleet.Commit) bool {
	return slices.Equal(revisions, []string{c.SHA, c.SHA})
}

// held waits until Argo CD has tried a commit in a cluster and been refused, and says so.
func (p *play) held(t *testing.T, m *fleet.Member, c fleet.Commit, why string) {
	t.Helper()
	p.waitApp(t, m, "held at "+c.Revision+", "+why, func(a *argobed.Application) bool {
		op := &a.Status.OperationState
		return tried(a, c) && op.Phase == "Running" && strings.Contains(op.Message, "denied request: held at "+c.Revision+": "+why)
	})
}

// judge has the audit logs tell that no CassandraCluster took a revision before its time, and how many were taken.
func (p *play) judge(t *testing.T, taken int) {
	t.Helper()
	p.scribe.Read(t)
	judged := p.scribe.Chronicles(func(string) time.Duration { return p.StableFor })[p.Name].Judge()
	if judged.Taken != taken || judged.Late != 0 {
		t.Errorf("the audit logs tell of %d revisions that were taken, %d of them too late to be judged, want %d and none", judged.Taken, judged.Late, taken)
	}
	for _, v := range judged.Violations {
		t.Error(v)
	}
}

// followed are the times from the moment at which the first cluster was ready to that at which the second one took the revision.
func (p *play) followed(t *testing.T) []time.Duration {
	t.Helper()
	p.scribe.Read(t)
	return p.scribe.Chronicles(func(string) time.Duration { return p.StableFor })[p.Name].Followed()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refreshing says that Argo CD has not looked again since it was asked to.
func (p *play) refreshing(t *testing.T, m *fleet.Member) bool {
	t.Helper()
	return p.app(t, m).Metadata.Annotations["argocd.argoproj.io/refresh"] != ""
}

// copyAs makes another ring of what multi-casskop.yaml has, in a file of its name.
func (p *play) copyAs(t *testing.T, name string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(p.Dir, "multi-casskop.yaml"))
	must(t, err)
	renamed := strings.ReplaceAll(string(content), " name: "+p.Name+"\n", " name: "+name+"\n")
	must(t, os.WriteFile(filepath.Join(p.Dir, name+".yaml"), []byte(renamed), 0o600))
}
