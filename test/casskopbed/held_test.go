package casskopbed

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestHeld: while a Gate is held, CassKop does its work as ever: defaults into spec, status, what it applied last. Its pods get the
// seeds of the annotation.
func TestHeld(t *testing.T) {
	t.Parallel()
	c := clusters[0]
	must(t, c.InstallGate(t.Context()))
	spec := bed.Ring{Name: "ring", Namespace: "held", Clusters: []string{c.Name}, APIVersion: casskop.APIVersionV1alpha1,
		Seeds: []string{"ring-dc1-rack1-0.bed.invalid", "far.bed.invalid"}}
	tree := spec.Render(t)
	c.Namespace(t, spec.Namespace)
	must(t, tree.Deliver(t, c)) // there is no Gate yet, nor a binding
	spec.Image = newImage
	tree = spec.RenderInto(t, tree.Dir)
	tree.InstallGates(t, c)
	bed.WaitFor(t, patience, "the Gate, which nobody looks at, is held", func() (bool, string) {
		err := c.Client.Create(t.Context(), cassandraCluster(tree.Key())) // held before it is seen that there is one
		return apierrors.IsForbidden(err), fmt.Sprint(err)
	})
	audit := c.Audit(t)
	r := &ring{key: tree.Key(), Operator: Start(t, c, spec.Namespace, Options{})}
	r.wait(t, casskop.ReasonReady)
	r.Kubelet.Sicken("ring-dc1-rack1-0")
	r.wait(t, casskop.ReasonNotRunning)
	r.Kubelet.Heal("ring-dc1-rack1-0")
	r.wait(t, casskop.ReasonReady)
	if err := tree.Deliver(t, c); !apierrors.IsForbidden(err) {
		t.Errorf("the next revision was not held: %v", err)
	}
	if diff := cmp.Diff(spec.Seeds, Seeds(statefulSet(t, r).Spec.Template.Spec)); diff != "" {
		t.Errorf("seeds of the StatefulSet (-want +got):\n%s", diff)
	}
	checkWrites(t, audit.Next(t), spec.Namespace)
}

// checkWrites: each of CassKop's writes of its CassandraCluster was carried out, or came too late for another one of its own.
func checkWrites(t *testing.T, events []bed.Event, namespace string) {
	t.Helper()
	writes := 0
	for _, e := range events {
		if e.User.Username != User(namespace) || !e.Is("cassandraclusters") || e.Verb != "update" || e.Stage != "ResponseComplete" {
			continue
		}
		switch e.ResponseStatus.Code {
		case http.StatusOK:
			writes++
		case http.StatusConflict:
		default:
			t.Errorf("CassKop's update was answered %d: %v", e.ResponseStatus.Code, e.ResponseObject["message"])
		}
	}
	if writes < 5 { // defaults; Initializing; Running; Pending; Running
		t.Errorf("CassKop wrote %d times, want 5 at least", writes)
	}
	t.Logf("CassKop wrote %d times while the Gate was held", writes)
}
