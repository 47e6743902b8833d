package bed

import (
	"fmt"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// RingOver is a small ring named "ring" in a namespace of each cluster, with its Gates and Secrets in place.
func RingOver(t testing.TB, clusters []*Cluster, namespace string, configure func(*v1alpha1.RenderConfig)) *Tree {
	t.Helper()
	var names []string
	for _, c := range clusters {
		names = append(names, c.Name)
		if err := c.InstallGate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tree := Ring{Name: "ring", Namespace: namespace, Clusters: names, Configure: configure}.Render(t)
	tree.InstallGates(t, clusters...)
	tree.Connect(t, clusters...)
	return tree
}

// RunGate starts the controller of the cluster, with the rights that base/gate and render give it, for one namespace, and waits until
// it is ready.
func (c *Cluster) RunGate(t testing.TB, namespace string, change ...func(*GateOptions)) *GateProcess {
	t.Helper()
	options := GateOptions{Kubeconfig: KubeconfigFile(t, c.GateIdentity(t)), Namespaces: []string{namespace}}
	for _, f := range change {
		f(&options)
	}
	g := StartGate(t, options)
	g.WaitReady(t)
	return g
}

// Gate reads a Gate.
func (c *Cluster) Gate(t testing.TB, key client.ObjectKey) *v1alpha1.Gate {
	t.Helper()
	g := &v1alpha1.Gate{}
	if err := c.Client.Get(t.Context(), key, g); err != nil {
		t.Fatal(err)
	}
	return g
}

// Says is the answer of a Gate: "open" or "held", and the reason of its Ready condition, for its present generation, as in
// "held: NotReady"; empty before.
func Says(g *v1alpha1.Gate) string {
	ready := apimeta.FindStatusCondition(g.Status.Conditions, meta.ReadyCondition)
	if ready == nil || ready.ObservedGeneration != g.Generation {
		return ""
	}
	if ready.Status == "True" {
		return "open: " + ready.Reason
	}
	return "held: " + ready.Reason
}

// WaitGate waits until a Gate says one of some things, see Says, and returns it.
func (c *Cluster) WaitGate(t testing.TB, key client.ObjectKey, timeout time.Duration, want ...string) *v1alpha1.Gate {
	t.Helper()
	var g *v1alpha1.Gate
	WaitFor(t, timeout, fmt.Sprintf("Gate %s in %s says %q", key, c.Name, want), func() (bool, string) {
		g = c.Gate(t, key)
		for _, w := range want {
			if Says(g) == w {
				return true, ""
			}
		}
		return false, fmt.Sprintf("%s: %+v", Says(g), g.Status)
	})
	return g
}
