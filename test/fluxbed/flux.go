package fluxbed

import (
	"fmt"
	"path"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const (
	// Namespace holds Flux and its objects, as `flux bootstrap` has it.
	Namespace = "flux-system"
	// Name is that of the GitRepository, and of the Kustomization that applies the folder with all others.
	Name = "flux-system"
)

// Flux is kustomize-controller at work in one cluster, on one source.
type Flux struct {
	// Log is the file of what kustomize-controller prints.
	Log string

	cluster *bed.Cluster
	process *bed.Process
	source  string // the name of the GitRepository, and of the Kustomization that applies folder
	folder  string // of the tree: what it was bootstrapped on
	store   *store
}

// Start installs Flux in a cluster, bootstrapped on clusters/<its name>/flux. It has nothing to do until the first Push. It is an
// administrator there, as Flux is by default, and stops with the test. A cluster takes it once. args are arguments of kustomize-controller beside its defaults.
func Start(t testing.TB, cluster *bed.Cluster, args ...string) *Flux {
	t.Helper()
	_, err := envtest.InstallCRDs(cluster.Config, envtest.CRDInstallOptions{CRDs: sources(), PollInterval: 20 * time.Millisecond})
	must(t, err)
	cluster.Namespace(t, Namespace)
	f := &Flux{cluster: cluster, source: Name, folder: path.Join("clusters", cluster.Name, "flux"), store: newStore(t)}
	f.bootstrap(t)
	f.process = run(t, cluster, args)
	f.Log = f.process.Log
	return f
}

// Source adds another source, whose folder clusters/<its name>/flux the same kustomize-controller applies.
func (f *Flux) Source(t testing.TB, name string) *Flux {
	t.Helper()
	another := *f
	another.source = name
	another.bootstrap(t)
	return &another
}

// bootstrap makes what `flux bootstrap --path` makes.
func (f *Flux) bootstrap(t testing.TB) {
	t.Helper()
	u := kustomization(f.source)
	u.Object["spec"] = map[string]any{
		"interval": "10m0s", "path": "./" + f.folder, "prune": true,
		"sourceRef": map[string]any{"kind": "GitRepository", "name": f.source},
	}
	must(t, f.cluster.Client.Create(t.Context(), f.gitRepository()))
	must(t, f.cluster.Client.Create(t.Context(), u))
}

func kustomization(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
		"metadata": map[string]any{"name": name, "namespace": Namespace},
	}}
}

// Kustomization reads a Kustomization of Flux. It is empty but for its name if there is none.
func (f *Flux) Kustomization(t testing.TB, name string) *unstructured.Unstructured {
	t.Helper()
	u := kustomization(name)
	if err := f.cluster.Client.Get(t.Context(), client.ObjectKeyFromObject(u), u); client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
	return u
}

// Ready is the Ready condition of a Kustomization: its status, empty if there is none, and all of it in words.
func (f *Flux) Ready(t testing.TB, name string) (status, words string) {
	t.Helper()
	conditions, _, _ := unstructured.NestedSlice(f.Kustomization(t, name).Object, "status", "conditions") // Flux's CRD says what they are
	for _, c := range conditions {
		if c := c.(map[string]any); c["type"] == "Ready" {
			status = c["status"].(string)
			return status, status + ": " + c["reason"].(string) + ": " + c["message"].(string)
		}
	}
	return "", "Kustomization " + name + " has no Ready condition"
}

// WaitReady waits until the Ready condition of a Kustomization has a status.
func (f *Flux) WaitReady(t testing.TB, timeout time.Duration, name, status string) {
	t.Helper()
	bed.WaitFor(t, timeout, "Kustomization "+name+" is Ready "+status, func() (bool, string) {
		got, words := f.Ready(t, name)
		return got == status, words
	})
}

// Reconcile asks for a reconcile of a Kustomization, as `flux reconcile` does, and waits until it is through.
func (f *Flux) Reconcile(t testing.TB, name string) {
	t.Helper()
	value := time.Now().Format(time.RFC3339Nano)
	f.Patch(t, name, fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, meta.ReconcileRequestAnnotation, value))
	bed.WaitFor(t, time.Minute, "Flux has reconciled "+name, func() (bool, string) {
		status, _ := f.Kustomization(t, name).Object["status"].(map[string]any)
		return status["lastHandledReconcileAt"] == value, fmt.Sprint(status)
	})
}

// Patch changes a Kustomization by a JSON merge patch.
func (f *Flux) Patch(t testing.TB, name, patch string) {
	t.Helper()
	must(t, f.cluster.Client.Patch(t.Context(), kustomization(name), client.RawPatch(types.MergePatchType, []byte(patch))))
}
