//go:build argocd

package argocd

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/argobed"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// playApplicationSet: one object for all clusters holds just as well. A cluster that leaves the ring loses its Application, not its data.
func playApplicationSet(t *testing.T, w *world) {
	p := w.begin(t, "set")
	p.ArgoCD.ApplicationSet = true
	p.ArgoCD.Destinations = map[string]v1alpha1.RenderDestination{"k8s-cluster1": {Server: p.Members[0].Config.Host}} // the other one by its name
	c := p.commit(t)
	p.install(t, "base/set/applicationset.yaml")
	fleet.WaitThrough(t, patience, c.Revision, p.Members...)
	p.judge(t, 2)
	p.Spec["cassandraImage"] = newImage
	next := p.commit(t)
	fleet.WaitThrough(t, patience, next.Revision, p.Members...)
	p.judge(t, 4)

	second := p.Members[1]
	p.synced(t, second, next)
	uid := clusterUID(t, second)
	delete(p.Overrides, second.Name)
	p.Repository.Commit(t, p.MultiCasskop, "--allow", "removed-cluster")
	p.Patch(t, "ApplicationSet", p.Name, `{"metadata":{"annotations":{"argocd.argoproj.io/application-set-refresh":"true"}}}`)
	p.waitApp(t, second, "gone", func(a *argobed.Application) bool { return a.Status.Sync.Status == "" })
	wantKept(t, second, uid)
}

// playPrune: Argo CD keeps the CassandraCluster, with its data, when its manifest is gone from git, and when its Application is
// deleted with all that it made.
func playPrune(t *testing.T, w *world) {
	p, c := w.created(t, "prune")
	second := p.Members[1]
	p.synced(t, second, c)
	uid := clusterUID(t, second)
	kustomization := filepath.Join(p.Dir, "clusters", second.Name, p.Name, "kustomization.yaml")
	rendered, err := os.ReadFile(kustomization)
	must(t, err)
	must(t, os.WriteFile(kustomization, []byte("resources: []\n"), 0o600))
	gone := p.CommitByHand(t)
	p.tell(t)
	p.waitApp(t, second, "synced without the CassandraCluster", func(a *argobed.Application) bool {
		return tried(a, gone) && a.Status.OperationState.Phase == "Succeeded" && a.Resource("CassandraCluster") == "OutOfSync"
	})
	wantKept(t, second, uid)

	must(t, os.WriteFile(kustomization, rendered, 0o600))
	back := p.CommitByHand(t)
	p.tell(t)
	p.synced(t, second, back)
	p.Patch(t, "Application", p.appName(second), `{"metadata":{"finalizers":["resources-finalizer.argocd.argoproj.io"]}}`)
	p.Delete(t, "Application", p.appName(second))
	p.waitApp(t, second, "gone", func(a *argobed.Application) bool { return a.Status.Sync.Status == "" })
	if err := second.Client.Get(t.Context(), second.Key, &v1alpha1.Gate{}); client.IgnoreNotFound(err) != nil || err == nil {
		t.Errorf("want the Gate gone with its Application, got %v", err)
	}
	wantKept(t, second, uid)
}

func clusterUID(t *testing.T, m *fleet.Member) types.UID {
	t.Helper()
	return m.CassandraCluster(t).GetUID()
}

// wantKept fails when the CassandraCluster is another one, or not ready.
func wantKept(t *testing.T, m *fleet.Member, uid types.UID) {
	t.Helper()
	if got := clusterUID(t, m); got != uid {
		t.Errorf("the CassandraCluster in %s is another one: %s, want %s", m.Name, got, uid)
	}
	if _, readiness := m.State(t); !readiness.Ready {
		t.Errorf("the CassandraCluster in %s should have stayed as it was: %s", m.Name, readiness.Message)
	}
}

// playShared: two rings of one namespace share the account that the other clusters read with. Argo CD applies the gate controller, too. All
// of it comes to rest.
func playShared(t *testing.T, w *world) {
	p := w.begin(t, "shared")
	must(t, os.CopyFS(filepath.Join(p.Dir, "base/gate"), os.DirFS(filepath.Join(bed.Root(), "base/gate"))))
	p.Repository.Commit(t, p.MultiCasskop)
	p.copyAs(t, "other")
	p.Repository.Commit(t, p.MultiCasskop, "-f", "multi-casskop.yaml", "-f", "other.yaml")
	var all []string
	for _, member := range p.Members {
		for _, name := range []string{"gate-controller", "shared", "other"} {
			p.install(t, filepath.Join("clusters", member.Name, "argocd", name+".yaml"))
			if name == "gate-controller" {
				name = "casskop-gitops-gate"
			}
			all = append(all, name+"-"+member.Name)
		}
	}
	p.allSynced(t, all)
	readers := p.readers(t)
	for _, name := range all {
		p.Refresh(t, name)
	}
	p.allSynced(t, all)
	if diff := cmp.Diff(readers, p.readers(t)); diff != "" {
		t.Errorf("ServiceAccounts that both rings have (-before +after Argo CD looked again):\n%s", diff)
	}
}

// allSynced waits until some Applications are as git says, and nothing is under way.
func (p *play) allSynced(t *testing.T, names []string) {
	t.Helper()
	for _, name := range names {
		bed.WaitFor(t, patience, name+" is synced", func() (bool, string) {
			app := p.Application(t, name)
			return app.Metadata.Annotations["argocd.argoproj.io/refresh"] == "" && app.Status.Sync.Status == "Synced" &&
				app.Status.OperationState.Phase == "Succeeded", app.String()
		})
	}
}

// readers are the accounts that the gates of other clusters read with.
func (p *play) readers(t *testing.T) (all []corev1.ServiceAccount) {
	t.Helper()
	for _, member := range p.Members {
		var account corev1.ServiceAccount
		must(t, member.Client.Get(t.Context(), client.ObjectKey{Namespace: p.Name, Name: v1alpha1.DefaultReader}, &account))
		all = append(all, account)
	}
	return all
}
