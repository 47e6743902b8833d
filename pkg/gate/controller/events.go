package controller

import (
	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"

	"github.com/fluxcd/pkg/apis/meta"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// announce makes an Event of a verdict, if it is another one than before: another answer, or another reason for it.
func (r *Reconciler) announce(before, after *v1alpha1.Gate, verdict gate.Verdict) {
	was := apimeta.FindStatusCondition(before.Status.Conditions, meta.ReadyCondition)
	is := apimeta.FindStatusCondition(after.Status.Conditions, meta.ReadyCondition)
	if was != nil && was.Status == is.Status && was.Reason == is.Reason && was.ObservedGeneration == is.ObservedGeneration {
		return
	}
	kind, action := corev1.EventTypeNormal, "Hold"
	if verdict.Open {
		action = "Open"
	}
	if verdict.Stalled || verdict.Reason == gate.ReasonOpenedByHand {
		kind = corev1.EventTypeWarning
	}
	r.Events.Eventf(after, nil, kind, verdict.Reason, action, "revision %s: %s", after.Spec.Revision, verdict.Message)
}
