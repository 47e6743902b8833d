package bed

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// installRing installs a ring over all clusters, with a namespace of its own.
func installRing(t *testing.T, namespace string) *Tree {
	t.Helper()
	ring := Ring{Name: "ring", Namespace: namespace, Clusters: []string{clusters[0].Name, clusters[1].Name}, Racks: 2}
	tree := ring.Render(t)
	for _, c := range clusters {
		for range 2 { // it may be installed twice
			if err := c.InstallGate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	tree.InstallGates(t, clusters...)
	return tree
}

// open lets the present revision of a cluster through, as gate does.
func open(t *testing.T, c *Cluster, key client.ObjectKey) {
	t.Helper()
	gate := &v1alpha1.Gate{}
	if err := c.Client.Get(t.Context(), key, gate); err != nil {
		t.Fatal(err)
	}
	gate.Status = v1alpha1.GateStatus{ObservedGeneration: gate.Generation, OpenedRevision: gate.Spec.Revision}
	if err := c.Client.Status().Update(t.Context(), gate); err != nil {
		t.Fatal(err)
	}
}

func TestAnotherImageIsAnotherRevision(t *testing.T) {
	ring := Ring{Name: "ring", Namespace: "images", Clusters: []string{"a", "b", "c"}, Seeds: []string{"127.0.0.1"}, APIVersion: casskop.APIVersionV1alpha1}
	first := ring.Render(t)
	ring.Image = "cassandra:4.0.5"
	second := ring.RenderInto(t, first.Dir)
	if first.Revision == second.Revision {
		t.Errorf("revision is %s for both", first.Revision)
	}
}

func TestGateIsInstalledWithoutItsDeployment(t *testing.T) {
	installRing(t, "installed")
	deployments := &appsv1.DeploymentList{}
	if err := clusters[0].Client.List(t.Context(), deployments); err != nil {
		t.Fatal(err)
	}
	if len(deployments.Items) != 0 {
		t.Errorf("found %d Deployments that nothing runs", len(deployments.Items))
	}
}

func TestRingIsDeliveredAndConnected(t *testing.T) {
	tree := installRing(t, "delivered")
	tree.Connect(t, clusters...)
	open(t, clusters[0], tree.Key())
	WaitFor(t, startTime, "the open gate lets it through", func() (bool, string) {
		err := tree.Deliver(t, clusters[0])
		return err == nil, "denied: " + errorText(err)
	})
	cc := NewCassandraCluster(tree.Key())
	if err := clusters[0].Client.Get(t.Context(), tree.Key(), cc); err != nil {
		t.Fatal(err)
	}
	if got := casskop.Annotation(cc.Object, v1alpha1.AnnotationRevision); got != tree.Revision {
		t.Errorf("revision is %q, want %q", got, tree.Revision)
	}
	other := secretConfig(t, clusters[0], client.ObjectKey{Namespace: "delivered", Name: clusters[1].Name})
	gates := &v1alpha1.GateList{}
	if err := other.List(t.Context(), gates, client.InNamespace("delivered")); err != nil {
		t.Fatal(err)
	}
	if len(gates.Items) != 1 || gates.Items[0].Labels[v1alpha1.LabelCluster] != clusters[1].Name {
		t.Errorf("the Secret for %s shows the gates %v", clusters[1].Name, gates.Items)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
