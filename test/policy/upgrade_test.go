package policy

import (
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestUpgrade installs base/gate over the first version, with Gates that it left: they stay as they are, pass as valid, and the
// controller goes on with them. What was open stays open.
func TestUpgrade(t *testing.T) {
	c := bed.Start(t, "upgrade")[0]
	c.Namespace(t, "first-version")
	kubectlTo(t, c, "apply", "--server-side", "--force-conflicts", "-f", "testdata/first-version/crd.yaml")
	gates := firstGates(t)
	for _, g := range gates {
		status := g.Object["status"]
		must(t, c.Client.Create(t.Context(), g))
		g.Object["status"] = status
		must(t, c.Client.Status().Update(t.Context(), g))
	}

	kubectlTo(t, c, "apply", "--server-side", "--force-conflicts", "-k", baseGate())
	kubectlTo(t, c, "wait", "--for=condition=Established", "crd/gates.casskop-gitops.dev")
	for _, g := range gates {
		now := g.DeepCopy()
		must(t, c.Client.Get(t.Context(), client.ObjectKeyFromObject(g), now))
		if diff := cmp.Diff(g.Object, now.Object); diff != "" {
			t.Errorf("%s is not as it was (-before +after):\n%s", g.GetName(), diff)
		}
		anew := now.DeepCopy() // an update would pass: the API server does not look at what has not changed
		anew.SetName("anew")
		anew.SetResourceVersion("")
		if err := c.Client.Create(t.Context(), anew, client.DryRunAll); err != nil {
			t.Errorf("%s is not valid any more: %v", g.GetName(), err)
		}
	}

	if err := c.InstallGate(t.Context()); err != nil { // waits for the policies
		t.Fatal(err)
	}
	c.RunGate(t, "first-version")
	held := c.WaitGate(t, client.ObjectKey{Namespace: "first-version", Name: "held"}, patience, "held: "+remote.ReasonSecretForbidden) // render makes the Role
	before := metav1.NewTime(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	if held.Status.HeldSince == nil || !held.Status.HeldSince.Equal(&before) {
		t.Errorf("held since %v, want %v", held.Status.HeldSince, before)
	}
	opened := c.WaitGate(t, client.ObjectKey{Namespace: "first-version", Name: "opened"}, patience, "open: "+gate.ReasonOpened, "open: "+gate.ReasonOpenedByHand)
	if !gate.IsOpen(opened) || !opened.Status.OpenedAt.Equal(&before) {
		t.Errorf("want it open since %v, got %+v", before, opened.Status)
	}
}

// firstGates are the Gates that the first version left.
func firstGates(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	manifests, err := os.ReadFile("testdata/first-version/gates.yaml")
	must(t, err)
	gates, err := bed.Decode(manifests)
	must(t, err)
	if len(gates) == 0 || gates[0].GetKind() != v1alpha1.KindGate {
		t.Fatalf("found no Gates: %v", gates)
	}
	return gates
}

func kubectlTo(t *testing.T, c *bed.Cluster, args ...string) string {
	t.Helper()
	got := c.Kubectl(t, nil, args...)
	if got.Code != 0 {
		t.Fatalf("kubectl %v: exit %d\n%s", args, got.Code, got.Stderr)
	}
	return got.Stdout
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
