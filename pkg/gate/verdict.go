package gate

import (
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// Verdict is what a decision says.
//
// A gate is open in four ways: it was opened for this generation before ([ReasonOpened]), there is nothing to hold
// ([ReasonCarried]), a human opened it ([ReasonOpenedByHand]), or the rule is met ([ReasonRuleMet]).
type Verdict struct {
	// Open says that the revision may be applied here.
	Open bool
	// Stalled says that waiting does not help: a human must look.
	Stalled bool
	// Warn says that something is wrong, or was done by hand: what is held is not just on its way.
	Warn bool
	// Reason is one of the Reason constants, or the Failure of a cluster that could not be seen.
	Reason string
	// Message is the reason in words.
	Message string
	// OpenedRevision is what status.openedRevision must be, written together with status.observedGeneration. It is empty when held:
	// one left behind would open the gate by itself when a later spec brings the revision back.
	OpenedRevision string
	// WaitFor is the state of each cluster in spec.waitFor, in the same order.
	WaitFor []v1alpha1.WaitForStatus
	// RequeueAfter is when time alone can change the verdict; 0 if it cannot.
	RequeueAfter time.Duration
}

func held(reason, message string) Verdict {
	return Verdict{Reason: reason, Message: message}
}

func stalled(reason, message string) Verdict {
	return Verdict{Stalled: true, Warn: true, Reason: reason, Message: message}
}

func open(reason, message string) Verdict {
	return Verdict{Open: true, Reason: reason, Message: message}
}
