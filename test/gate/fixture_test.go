package gate

import (
	"fmt"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// ringOver is a ring of three clusters with the name of the test's namespace, its Gates and Secrets in place.
func ringOver(t *testing.T, namespace string, configure func(*v1alpha1.RenderConfig)) *bed.Tree {
	t.Helper()
	var names []string
	for _, c := range clusters {
		names = append(names, c.Name)
		if err := c.InstallGate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tree := bed.Ring{Name: "ring", Namespace: namespace, Clusters: names, Configure: configure}.Render(t)
	tree.InstallGates(t, clusters...)
	tree.Connect(t, clusters...)
	return tree
}

// startGate starts the controller of a cluster, with the rights that base/gate and render give it, for one namespace.
func startGate(t *testing.T, c *bed.Cluster, namespace string, change ...func(*bed.GateOptions)) *bed.GateProcess {
	t.Helper()
	options := bed.GateOptions{Kubeconfig: bed.KubeconfigFile(t, c.GateIdentity(t)), Namespaces: []string{namespace}}
	for _, f := range change {
		f(&options)
	}
	g := bed.StartGate(t, options)
	g.WaitReady(t)
	return g
}

// gateIn reads a Gate.
func gateIn(t *testing.T, c *bed.Cluster, key client.ObjectKey) *v1alpha1.Gate {
	t.Helper()
	g := &v1alpha1.Gate{}
	if err := c.Client.Get(t.Context(), key, g); err != nil {
		t.Fatal(err)
	}
	return g
}

// says is the answer of a Gate: the status and reason of its Ready condition, for its present generation; empty before.
func says(g *v1alpha1.Gate) string {
	ready := apimeta.FindStatusCondition(g.Status.Conditions, meta.ReadyCondition)
	if ready == nil || ready.ObservedGeneration != g.Generation {
		return ""
	}
	if ready.Status == "True" {
		return "open: " + ready.Reason
	}
	return "held: " + ready.Reason
}

// waitFor waits until a Gate says something.
func waitFor(t *testing.T, c *bed.Cluster, key client.ObjectKey, timeout time.Duration, want ...string) *v1alpha1.Gate {
	t.Helper()
	var g *v1alpha1.Gate
	bed.WaitFor(t, timeout, fmt.Sprintf("Gate %s in %s says %q", key, c.Name, want), func() (bool, string) {
		g = gateIn(t, c, key)
		for _, w := range want {
			if says(g) == w {
				return true, ""
			}
		}
		return false, fmt.Sprintf("%s: %+v", says(g), g.Status)
	})
	return g
}
