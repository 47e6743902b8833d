package notify

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// carries is a CassandraCluster with a revision; "unknown" was not looked at.
type carries string

func (c carries) Carries(types.NamespacedName) (string, bool) { return string(c), c != "unknown" }

func TestOwed(t *testing.T) {
	for claim, test := range map[string]struct {
		change func(*v1alpha1.Gate)
		here   carries
		want   bool
	}{
		"an open gate owes a revision that is not carried":     {func(*v1alpha1.Gate) {}, "old", true},
		"and one whose CassandraCluster does not exist":        {func(*v1alpha1.Gate) {}, "", true},
		"nothing is owed when it is carried":                   {func(*v1alpha1.Gate) {}, "new", false},
		"or when nobody has looked":                            {func(*v1alpha1.Gate) {}, "unknown", false},
		"or while the gate is held":                            {func(g *v1alpha1.Gate) { g.Status.OpenedRevision = "" }, "old", false},
		"or is open for another revision":                      {func(g *v1alpha1.Gate) { g.Status.OpenedRevision = "old" }, "old", false},
		"or was open before its spec changed":                  {func(g *v1alpha1.Gate) { g.Generation++ }, "old", false},
		"or is on its way out":                                 {func(g *v1alpha1.Gate) { g.DeletionTimestamp = new(metav1.Now()) }, "old", false},
		"or wants nothing: that is no revision to be open for": {func(g *v1alpha1.Gate) { g.Spec.Revision, g.Status.OpenedRevision = "", "" }, "old", false},
	} {
		t.Run(claim, func(t *testing.T) {
			gate := &v1alpha1.Gate{ObjectMeta: metav1.ObjectMeta{Generation: 2}}
			gate.Spec.Revision, gate.Status.OpenedRevision, gate.Status.ObservedGeneration = "new", "new", 2
			test.change(gate)
			if diff := cmp.Diff(test.want, (&Notifier{Carried: test.here}).owed(gate)); diff != "" {
				t.Errorf("owed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnavailable(t *testing.T) {
	resource := schema.GroupResource{Group: "kustomize.toolkit.fluxcd.io", Resource: "kustomizations"}
	for claim, test := range map[string]struct {
		err  error
		want bool
	}{
		"no such Kustomization":       {apierrors.NewNotFound(resource, "demo"), true},
		"what is another's":           {Refusal("it is another's"), true},
		"no right to it":              {apierrors.NewForbidden(resource, "demo", errors.New("no")), true},
		"no Flux in this cluster":     {&meta.NoKindMatchError{GroupKind: schema.GroupKind{Group: resource.Group, Kind: "Kustomization"}}, true},
		"the API server did not say":  {apierrors.NewTimeoutError("slow", 1), false},
		"it may be there another day": {apierrors.NewServiceUnavailable("down"), false},
	} {
		t.Run(claim, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Unavailable(fmt.Errorf("get Kustomization demo: %w", test.err))); diff != "" {
				t.Errorf("Unavailable (-want +got):\n%s", diff)
			}
		})
	}
	if Unavailable(nil) {
		t.Error("no error was taken for one")
	}
}

// TestWakeBeforeTheStart: nothing to wake yet, and nothing lost, since the start looks at all Gates.
func TestWakeBeforeTheStart(*testing.T) {
	new(Notifier).Wake(types.NamespacedName{Namespace: "cassandra-e2e", Name: "demo"})
}
