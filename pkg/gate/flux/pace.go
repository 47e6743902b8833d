package flux

import (
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
)

// wait is how long to wait until the next look at a Kustomization that is not done; 0 if a reconcile must be asked for now.
//
// It is told by the times in the cluster alone, so that a restart neither forgets a request nor repeats it.
func (k kustomization) wait(opened, now time.Time) time.Duration {
	asked := k.asked(opened, now)
	switch {
	case k.Spec.Suspend:
		return notify.Longest
	case asked.IsZero():
		return 0
	case k.pending():
		return notify.Look(now.Sub(asked))
	default:
		return max(asked.Add(notify.Pause(asked.Sub(opened))).Sub(now), 0)
	}
}
