package bed

import (
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// InstallGates applies the Gate folder of the tree in each cluster, with the namespaces that it needs. Each is as Flux applies it.
func (tree *Tree) InstallGates(t testing.TB, clusters ...*Cluster) {
	t.Helper()
	for _, c := range clusters {
		c.Namespace(t, tree.ring.Namespace, "flux-system")
		if err := c.ApplyFolder(t.Context(), tree.Gate(c.Name), FluxManager); err != nil {
			t.Fatal(err)
		}
	}
}

// Connect gives each cluster kubemcsa's Secret for each other one, with a token of its reader. InstallGates comes first.
func (tree *Tree) Connect(t testing.TB, clusters ...*Cluster) {
	t.Helper()
	for _, remote := range clusters {
		reader := remote.ReaderIdentity(t, tree.ring.Namespace)
		for _, c := range clusters {
			if c != remote {
				tree.ConnectAs(t, c, remote.Name, reader)
			}
		}
	}
}

// ConnectAs gives a cluster kubemcsa's Secret for one other, in place of the one it had: through a proxy, or as somebody else.
func (tree *Tree) ConnectAs(t testing.TB, c *Cluster, remote string, config *rest.Config) {
	t.Helper()
	Connect(t, c, tree.ring.Namespace, remote, config)
}

// Connect puts kubemcsa's Secret for another cluster, and for a namespace of the same name there, into a namespace, in place of the one
// that was there.
func Connect(t testing.TB, c *Cluster, namespace, remote string, config *rest.Config) {
	t.Helper()
	secret := KubemcsaSecret(t, client.ObjectKey{Namespace: namespace, Name: remote}, config, namespace)
	err := c.Client.Create(t.Context(), secret)
	if apierrors.IsAlreadyExists(err) {
		err = c.Client.Update(t.Context(), secret)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Deliver applies the overlay of the tree in a cluster, as Flux does when the gate is open: without status.
func (tree *Tree) Deliver(t testing.TB, c *Cluster) error {
	t.Helper()
	manifests, err := Build(tree.Overlay(c.Name))
	if err != nil {
		t.Fatal(err)
	}
	objects, err := Decode(manifests)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		delete(o.Object, "status")
	}
	return c.Apply(t.Context(), FluxManager, objects...)
}
