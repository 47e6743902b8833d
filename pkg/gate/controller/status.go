package controller

import (
	"context"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// record writes the verdict into the status, if it says anything new, on condition that the Gate has not changed since it was read.
func (r *Reconciler) record(ctx context.Context, g *v1alpha1.Gate, verdict gate.Verdict) error {
	after := g.DeepCopy()
	after.Status = statusOf(g, verdict, r.Clock.Now())
	r.addExpiry(after)
	if sameStatus(g.Status, after.Status) {
		return nil
	}
	patch := client.MergeFromWithOptions(g, client.MergeFromWithOptimisticLock{})
	err := r.Client.Status().Patch(ctx, after, patch)
	switch {
	case apierrors.IsConflict(err) || apierrors.IsNotFound(err):
		return nil // it has changed, and the watch brings it in a moment
	case err != nil:
		return err
	}
	r.writes.wrote(after)
	r.announce(ctx, g, after, verdict)
	return nil
}

// statusOf is the status after a verdict. Times stay while what they speak of stays.
func statusOf(g *v1alpha1.Gate, verdict gate.Verdict, now time.Time) v1alpha1.GateStatus {
	before := g.Status
	same := before.ObservedGeneration == g.Generation
	status := v1alpha1.GateStatus{
		ObservedGeneration: g.Generation,
		Conditions:         conditions(g, verdict, now),
		OpenedRevision:     verdict.OpenedRevision,
		WaitFor:            verdict.WaitFor,
	}
	at := &metav1.Time{Time: now.Truncate(time.Second)}
	switch {
	case verdict.Open && gate.IsOpen(g) && before.OpenedAt != nil:
		status.OpenedAt = before.OpenedAt
	case verdict.Open:
		status.OpenedAt = at
	case same && before.HeldSince != nil:
		status.HeldSince = before.HeldSince
	default:
		status.HeldSince = at
	}
	return status
}

// conditions as Flux and kstatus mean them: an open gate is Ready; one that is held is on its way (Reconciling), or needs a human
// (Stalled).
func conditions(g *v1alpha1.Gate, verdict gate.Verdict, now time.Time) []metav1.Condition {
	ready := metav1.ConditionFalse
	if verdict.Open {
		ready = metav1.ConditionTrue
	}
	all := []metav1.Condition{condition(meta.ReadyCondition, ready, g, verdict)}
	switch {
	case verdict.Stalled:
		all = append(all, condition(meta.StalledCondition, metav1.ConditionTrue, g, verdict))
	case !verdict.Open:
		all = append(all, condition(meta.ReconcilingCondition, metav1.ConditionTrue, g, verdict))
	}
	for i := range all {
		all[i].LastTransitionTime = metav1.Time{Time: now.Truncate(time.Second)}
		if before := apimeta.FindStatusCondition(g.Status.Conditions, all[i].Type); before != nil && before.Status == all[i].Status {
			all[i].LastTransitionTime = before.LastTransitionTime
		}
	}
	return all
}

func condition(kind string, status metav1.ConditionStatus, g *v1alpha1.Gate, verdict gate.Verdict) metav1.Condition {
	return metav1.Condition{
		Type: kind, Status: status, ObservedGeneration: g.Generation, Reason: verdict.Reason, Message: clip(verdict.Message, longestMessage),
	}
}

// sameStatus says whether two statuses tell the same. When a cluster last answered is no news by itself.
func sameStatus(a, b v1alpha1.GateStatus) bool {
	return equality.Semantic.DeepEqual(timeless(a), timeless(b))
}

// timeless is a status without times that move by themselves, and with all others as JSON carries them, in seconds.
func timeless(status v1alpha1.GateStatus) *v1alpha1.GateStatus {
	plain := status.DeepCopy()
	for i := range plain.WaitFor {
		plain.WaitFor[i].LastSeen = nil
		for _, t := range []*metav1.Time{plain.WaitFor[i].ReadySince, plain.WaitFor[i].CredentialsExpire} {
			if t != nil {
				t.Time = t.Truncate(time.Second)
			}
		}
	}
	return plain
}
