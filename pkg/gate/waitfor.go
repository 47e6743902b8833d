package gate

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// wait is the judgement on one cluster waited for.
type wait struct {
	status  v1alpha1.WaitForStatus
	message string
	stalled bool
	// warn: something is wrong there, not just on its way
	warn bool
	// left is when this wait ends by itself; 0 if it does not
	left time.Duration
}

// question is what one cluster is asked, and what was seen of it.
type question struct {
	v1alpha1.WaitFor
	other Other
	spec  v1alpha1.GateSpec
	now   time.Time
}

func judgeAll(facts Facts) []wait {
	var waits []wait
	for _, w := range facts.Gate.Spec.WaitFor {
		q := question{WaitFor: w, other: facts.Others[w.Cluster], spec: facts.Gate.Spec, now: facts.Now}
		waits = append(waits, q.judge())
	}
	return waits
}

func (q question) judge() wait {
	judged := q.clauses()
	met, reason := judged.status.Met, judged.status.Reason
	judged.status = q.seen()
	judged.status.Met, judged.status.Reason = met, reason
	return judged
}

func (q question) clauses() wait {
	for _, clause := range []func() (wait, bool){q.unseen, q.disagrees, q.absent, q.unready, q.behind, q.soaking} {
		if judged, decided := clause(); decided {
			return judged
		}
	}
	return met(ReasonReady)
}

func met(reason string) wait {
	return wait{status: v1alpha1.WaitForStatus{Met: true, Reason: reason}}
}

func unmet(reason, format string, args ...any) wait {
	return wait{status: v1alpha1.WaitForStatus{Reason: reason}, message: fmt.Sprintf(format, args...)}
}

func wrong(w wait) wait {
	w.warn = true
	return w
}

// seen is the part of the status that says what was found.
func (q question) seen() v1alpha1.WaitForStatus {
	found := q.other.Cluster
	status := v1alpha1.WaitForStatus{
		Cluster:                 q.Cluster,
		Revision:                found.Revision,
		Wants:                   q.other.Wants,
		Phase:                   found.Phase,
		LastClusterAction:       found.Action,
		LastClusterActionStatus: found.ActionStatus,
		LastSeen:                timeOf(q.other.LastSeen),
	}
	if found.Readiness.Ready {
		status.ReadySince = timeOf(q.other.ReadySince)
	}
	return status
}

// clock is a time in a message. A message must not change while nothing changes, so it tells times, not ages.
func clock(t time.Time) string {
	return t.UTC().Format(time.RFC3339)
}

func timeOf(t time.Time) *metav1.Time {
	if t.IsZero() {
		return nil
	}
	return &metav1.Time{Time: t}
}

func (q question) unseen() (wait, bool) {
	if q.other.Failure != "" {
		return wrong(unmet(q.other.Failure, "%s", q.other.FailureMessage)), true
	}
	known := q.other.Cluster.Presence == Absent || q.other.Cluster.Presence == Present
	if !known || q.other.LastSeen.IsZero() {
		return unmet(ReasonNotSeen, "nothing is known of its CassandraCluster yet"), true
	}
	if age := q.now.Sub(q.other.LastSeen); age < 0 || age > FreshFor {
		return wrong(unmet(ReasonStale, "it last answered at %s, want %s ago at most", clock(q.other.LastSeen), FreshFor)), true
	}
	return wait{}, false
}

// disagrees is Ring's: every Gate of the ring wants the same revision.
func (q question) disagrees() (wait, bool) {
	if serialize(q.spec) == v1alpha1.SerializeChain {
		return wait{}, false
	}
	switch q.other.Gate {
	case Absent:
		return unmet(ReasonGateMissing, "there is no Gate"), true
	case Present:
	default:
		return unmet(ReasonNotSeen, "nothing is known of its Gate yet"), true
	}
	if q.other.Wants != q.spec.Revision {
		return unmet(ReasonRevisionsDiffer, "its Gate wants revision %q, want %s", q.other.Wants, q.spec.Revision), true
	}
	left := unsettled(q.other.WantsSince, q.now)
	found := unmet(ReasonSettling, "its Gate has only just changed")
	found.left = left
	return found, left > 0
}

func (q question) absent() (wait, bool) {
	if q.other.Cluster.Presence == Present {
		return wait{}, false
	}
	if q.mustCarry() {
		return unmet(ReasonNotCreated, "its CassandraCluster does not exist yet"), true
	}
	return met(ReasonNotThereYet), true
}

func (q question) unready() (wait, bool) {
	readiness := q.other.Cluster.Readiness
	found := unmet(readiness.Reason, "%s", readiness.Message)
	found.stalled = readiness.Stalled
	found.warn = readiness.Stalled || readiness.Reason == ReasonUnreadable
	return found, !readiness.Ready
}

func (q question) behind() (wait, bool) {
	found := q.other.Cluster.Revision
	return unmet(ReasonNotCarried, "it carries revision %q, want %s", found, q.spec.Revision), q.mustCarry() && found != q.spec.Revision
}

func (q question) soaking() (wait, bool) {
	want := stableFor(q.spec)
	if want == 0 {
		return wait{}, false
	}
	age := q.now.Sub(q.other.ReadySince)
	since := "since " + clock(q.other.ReadySince)
	if q.other.ReadySince.IsZero() || age < 0 {
		age, since = 0, "but it is not known since when"
	}
	found := unmet(ReasonSoaking, "ready %s, want that for %s without a break", since, want)
	found.left = max(want-age, 0)
	return found, age < want
}

// mustCarry: in a Chain the only cluster waited for is the previous one.
func (q question) mustCarry() bool {
	return q.Before || serialize(q.spec) == v1alpha1.SerializeChain
}

func stableFor(spec v1alpha1.GateSpec) time.Duration {
	if spec.StableFor == nil {
		return DefaultStableFor
	}
	return spec.StableFor.Duration
}
