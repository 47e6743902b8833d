package flux

import (
	"context"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// gates writes verdicts in the place of the gate controller.
type gates struct{ client client.Client }

// hold says of a Gate that it is held, if its spec is new. One that changes meanwhile comes again.
func (g gates) hold(ctx context.Context, gate *v1alpha1.Gate) {
	if gate.Status.ObservedGeneration != gate.Generation {
		_ = g.write(ctx, gate, metav1.Condition{Status: metav1.ConditionFalse, Reason: "RevisionNotCarried", Message: "k8s-cluster1: not yet"})
	}
}

// open lets through what a Gate wants, once it is held. It returns when it began to say so.
func (g gates) open(t *testing.T, key client.ObjectKey) (began time.Time) {
	t.Helper()
	var gate v1alpha1.Gate
	waitFor(t, "the Gate is held", func() bool {
		must(t, g.client.Get(t.Context(), key, &gate))
		return gate.Status.ObservedGeneration == gate.Generation
	})
	began = time.Now()
	gate.Status.OpenedRevision, gate.Status.OpenedAt = gate.Spec.Revision, new(metav1.NewTime(began))
	must(t, g.write(t.Context(), &gate, metav1.Condition{Status: metav1.ConditionTrue, Reason: "RuleMet", Message: "every cluster allows it"}))
	return began
}

// write is on condition that the Gate has not changed since it was read.
func (g gates) write(ctx context.Context, gate *v1alpha1.Gate, ready metav1.Condition) error {
	if gate = gate.DeepCopy(); ready.Status == metav1.ConditionFalse {
		gate.Status.OpenedRevision, gate.Status.OpenedAt = "", nil
	}
	ready.Type, ready.ObservedGeneration = meta.ReadyCondition, gate.Generation
	gate.Status.ObservedGeneration = gate.Generation
	apimeta.SetStatusCondition(&gate.Status.Conditions, ready)
	return g.client.Status().Update(ctx, gate)
}
