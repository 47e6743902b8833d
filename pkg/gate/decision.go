package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// Decide says whether the gate is open. It does not change the facts.
func Decide(facts Facts) Verdict {
	waits := judgeAll(facts)
	verdict := decide(facts, waits)
	if verdict.Open {
		verdict.OpenedRevision = facts.Gate.Spec.Revision
	}
	for _, w := range waits {
		verdict.WaitFor = append(verdict.WaitFor, w.status)
	}
	if verdict.RequeueAfter == 0 {
		verdict.RequeueAfter = soonest(waits) // what is told of the clusters is out of date by then
	}
	return verdict
}

// decide asks one clause after the other; the first that has something to say decides. The order is part of the contract: what
// opens whatever the other clusters say comes first.
func decide(facts Facts, waits []wait) Verdict {
	for _, clause := range []func(Facts) (Verdict, bool){
		nameless, opened, carried, openedByHand, invalid, onHold, hereUnknown, settling,
	} {
		if verdict, decided := clause(facts); decided {
			return verdict
		}
	}
	if verdict, decided := waiting(waits); decided {
		return verdict
	}
	return seeded(facts, waits)
}

// nameless holds a Gate without a revision: nothing may be equal to an empty one.
func nameless(facts Facts) (Verdict, bool) {
	return stalled(ReasonInvalid, "spec.revision is empty"), facts.Gate.Spec.Revision == ""
}

// opened is the latch.
func opened(facts Facts) (Verdict, bool) {
	gate := facts.Gate
	if !IsOpen(&gate) {
		return Verdict{}, false
	}
	for _, c := range gate.Status.Conditions {
		// why it was opened stays true, and a status that does not change is not written
		if c.Type == meta.ReadyCondition && c.Status == metav1.ConditionTrue && c.ObservedGeneration == gate.Generation && c.Reason != "" {
			return open(c.Reason, c.Message), true
		}
	}
	return open(ReasonOpened, fmt.Sprintf("open for revision %s", gate.Spec.Revision)), true
}

// IsOpen says whether the status of a Gate lets its revision through. It is what the admission policy asks too.
func IsOpen(gate *v1alpha1.Gate) bool {
	return gate.Spec.Revision != "" && gate.Status.OpenedRevision == gate.Spec.Revision && gate.Status.ObservedGeneration == gate.Generation
}

// carried: drift correction and recovery are never held.
func carried(facts Facts) (Verdict, bool) {
	want := facts.Gate.Spec.Revision
	if facts.Here.Presence != Present || facts.Here.Revision != want || unsettled(facts.WantsSince, facts.Now) > 0 {
		return Verdict{}, false
	}
	return open(ReasonCarried, fmt.Sprintf("the CassandraCluster here carries revision %s already", want)), true
}

func openedByHand(facts Facts) (Verdict, bool) {
	annotations := facts.Gate.Annotations
	if annotations[v1alpha1.AnnotationOpen] != facts.Gate.Spec.Revision {
		return Verdict{}, false
	}
	why := annotations[v1alpha1.AnnotationOpenReason]
	if why == "" {
		why = "no reason was given"
	}
	verdict := open(ReasonOpenedByHand, "opened by hand: "+why)
	verdict.Warn = true
	return verdict, true
}

func onHold(facts Facts) (Verdict, bool) {
	message := "spec.hold is true"
	if why := facts.Gate.Annotations[v1alpha1.AnnotationHoldReason]; why != "" {
		message += ": " + why
	}
	verdict := held(ReasonHold, message)
	verdict.RequeueAfter = unsettled(facts.WantsSince, facts.Now) // by then it may turn out that there is nothing to hold
	return verdict, facts.Gate.Spec.Hold
}

func hereUnknown(facts Facts) (Verdict, bool) {
	known := facts.Here.Presence == Absent || facts.Here.Presence == Present
	verdict := held(ReasonHereUnknown, strings.TrimSuffix("the CassandraCluster here could not be read: "+facts.HereMessage, ": "))
	verdict.Warn = true
	return verdict, !known
}

func settling(facts Facts) (Verdict, bool) {
	left := unsettled(facts.WantsSince, facts.Now)
	verdict := JustChanged(Verdict{})
	verdict.RequeueAfter = left
	return verdict, left > 0
}

// JustChanged is a held verdict for a Gate of which nothing can be said yet, with what another verdict says of the clusters.
func JustChanged(verdict Verdict) Verdict {
	clusters := slices.Clone(verdict.WaitFor)
	for i := range clusters {
		clusters[i].Holds = false
	}
	return Verdict{Reason: ReasonSettling, Message: "the Gate has only just changed", WaitFor: clusters}
}

// unsettled is how long a wish must still wait before it counts. One whose age is unknown, or in the future, waits in full.
func unsettled(since, now time.Time) time.Duration {
	age := now.Sub(since)
	if since.IsZero() || age < 0 {
		return Settle
	}
	return max(Settle-age, 0)
}

// waiting holds as long as one cluster is in the way, and marks the one that it is held for. A stalled one comes first: no patience
// helps there.
func waiting(waits []wait) (Verdict, bool) {
	var first *wait
	for i := range waits {
		if w := &waits[i]; !w.status.Met && (first == nil || w.stalled && !first.stalled) {
			first = w
		}
	}
	if first == nil {
		return Verdict{}, false
	}
	first.status.Holds = true
	verdict := held(first.status.Reason, first.status.Cluster+": "+first.message)
	verdict.Stalled, verdict.Warn = first.stalled, first.warn
	return verdict, true
}

// soonest is when the first wait ends that ends by itself.
func soonest(waits []wait) time.Duration {
	var first time.Duration
	for _, w := range waits {
		if w.left > 0 && (first == 0 || w.left < first) {
			first = w.left
		}
	}
	return first
}

// revision that a CassandraCluster carries; empty if it carries none that can be read.
func revision(object map[string]any) string {
	return casskop.Annotation(object, v1alpha1.AnnotationRevision)
}
