package fluxbed

import (
	"path"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
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

// Flux is kustomize-controller at work in one cluster.
type Flux struct {
	// Log is the file of what kustomize-controller prints.
	Log string

	cluster *bed.Cluster
	folder  string // of the tree: what it was bootstrapped on
	store   *store
}

// Start installs Flux in a cluster, bootstrapped on clusters/<its name>/flux. It has nothing to do until the first Push. It is an
// administrator there, as Flux is by default, and stops with the test. A cluster takes it once.
func Start(t testing.TB, cluster *bed.Cluster) *Flux {
	t.Helper()
	f := &Flux{cluster: cluster, folder: path.Join("clusters", cluster.Name, "flux"), store: newStore(t)}
	_, err := envtest.InstallCRDs(cluster.Config, envtest.CRDInstallOptions{CRDs: sources(), PollInterval: 20 * time.Millisecond})
	must(t, err)
	cluster.Namespace(t, Namespace)
	must(t, cluster.Client.Create(t.Context(), gitRepository()))
	must(t, cluster.Client.Create(t.Context(), bootstrapped(f.folder)))
	f.Log = run(t, cluster)
	return f
}

// bootstrapped is the Kustomization that `flux bootstrap --path` makes.
func bootstrapped(folder string) *unstructured.Unstructured {
	u := kustomization(Name)
	u.Object["spec"] = map[string]any{
		"interval": "10m0s", "path": "./" + folder, "prune": true,
		"sourceRef": map[string]any{"kind": "GitRepository", "name": Name},
	}
	return u
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
