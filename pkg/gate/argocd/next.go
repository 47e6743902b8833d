package argocd

import (
	"strconv"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
)

// skipReconcile has Argo CD leave an Application alone.
const skipReconcile = "argocd.argoproj.io/skip-reconcile"

// running is the phase of an operation during an attempt, and between two.
const running = "Running"

// next decides what to do for a Gate that opened at a time and whose CassandraCluster is not applied yet: whether the next attempt
// shall be made due, and when to look again.
//
// It is told by the times in the cluster alone, so that a restart neither forgets an attempt nor repeats it. Those of Argo CD are
// whole seconds. The longer ago the Gate opened, the longer the pauses, so that soon Argo CD's own backoff is the shorter one.
func (a *application) next(opened, now time.Time) (retry bool, after time.Duration) {
	if a.leftAlone() {
		return false, notify.Longest
	}
	if !a.betweenAttempts() {
		return false, notify.Look(now.Sub(opened))
	}
	failed := a.Status.OperationState.FinishedAt.Time
	if after := failed.Add(notify.Pause(failed.Sub(opened))).Sub(now); after > 0 {
		return false, after
	}
	return true, notify.Shortest
}

// leftAlone says that nobody wants Argo CD to apply anything by itself.
func (a *application) leftAlone() bool {
	automated := a.Spec.SyncPolicy.Automated
	skipped, _ := strconv.ParseBool(a.Metadata.Annotations[skipReconcile]) // what is no boolean has no effect in Argo CD either
	return automated == nil || automated.Enabled != nil && !*automated.Enabled || skipped || !a.Metadata.DeletionTimestamp.IsZero()
}

// betweenAttempts says that Argo CD waits to try again what it began by itself, and was not told already not to wait.
func (a *application) betweenAttempts() bool {
	s := a.Status.OperationState
	return a.Operation != nil && s != nil && s.Operation.InitiatedBy.Automated && s.Phase == running && s.FinishedAt != nil &&
		!s.FinishedAt.Time.Equal(longAgo)
}
