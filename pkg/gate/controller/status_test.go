package controller

import (
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

const wanted = "5f1c0a9e5f1c0a9e"

// now has more than seconds: JSON carries none.
var now = time.Date(2026, 11, 22, 8, 0, 0, 500_000_000, time.UTC)

func at(ago time.Duration) *metav1.Time {
	return &metav1.Time{Time: now.Truncate(time.Second).Add(-ago)}
}

// aGate has generation 2 and a status.
func aGate(status v1alpha1.GateStatus) *v1alpha1.Gate {
	return &v1alpha1.Gate{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "ring", Generation: 2},
		Spec:       v1alpha1.GateSpec{Revision: wanted},
		Status:     status,
	}
}

func says(kind string, status metav1.ConditionStatus, generation int64, reason string, since *metav1.Time) metav1.Condition {
	return metav1.Condition{Type: kind, Status: status, ObservedGeneration: generation, Reason: reason, Message: "why", LastTransitionTime: *since}
}

// Statuses that a Gate had before. Those of generation 1 speak of a spec that is no more.
func heldBefore(generation int64) v1alpha1.GateStatus {
	return v1alpha1.GateStatus{
		ObservedGeneration: generation, HeldSince: at(time.Hour),
		Conditions: []metav1.Condition{
			says(meta.ReadyCondition, "False", generation, gate.ReasonSoaking, at(2*time.Hour)),
			says(meta.ReconcilingCondition, "True", generation, gate.ReasonSoaking, at(2*time.Hour)),
		},
	}
}

func openBefore(generation int64) v1alpha1.GateStatus {
	return v1alpha1.GateStatus{
		ObservedGeneration: generation, OpenedRevision: wanted, OpenedAt: at(time.Hour),
		Conditions: []metav1.Condition{says(meta.ReadyCondition, "True", generation, gate.ReasonRuleMet, at(time.Hour))},
	}
}

func TestStatusOf(t *testing.T) {
	held := gate.Verdict{Reason: gate.ReasonNotRunning, Message: "why"}
	stalled := gate.Verdict{Reason: gate.ReasonInvalid, Message: "why", Stalled: true}
	open := gate.Verdict{Open: true, OpenedRevision: wanted, Reason: gate.ReasonRuleMet, Message: "why"}
	for name, tt := range map[string]struct {
		before  v1alpha1.GateStatus
		verdict gate.Verdict
		want    v1alpha1.GateStatus
	}{
		"a Gate that is new and held": {v1alpha1.GateStatus{ObservedGeneration: -1}, held, v1alpha1.GateStatus{
			HeldSince: at(0), Conditions: []metav1.Condition{
				says(meta.ReadyCondition, "False", 2, gate.ReasonNotRunning, at(0)), says(meta.ReconcilingCondition, "True", 2, gate.ReasonNotRunning, at(0))}}},
		"held for another reason: since when stays": {heldBefore(2), held, v1alpha1.GateStatus{
			HeldSince: at(time.Hour), Conditions: []metav1.Condition{
				says(meta.ReadyCondition, "False", 2, gate.ReasonNotRunning, at(2*time.Hour)), says(meta.ReconcilingCondition, "True", 2, gate.ReasonNotRunning, at(2*time.Hour))}}},
		"another revision is held: since now": {heldBefore(1), held, v1alpha1.GateStatus{
			HeldSince: at(0), Conditions: []metav1.Condition{
				says(meta.ReadyCondition, "False", 2, gate.ReasonNotRunning, at(2*time.Hour)), says(meta.ReconcilingCondition, "True", 2, gate.ReasonNotRunning, at(2*time.Hour))}}},
		"stalled in place of reconciling": {heldBefore(2), stalled, v1alpha1.GateStatus{
			HeldSince: at(time.Hour), Conditions: []metav1.Condition{
				says(meta.ReadyCondition, "False", 2, gate.ReasonInvalid, at(2*time.Hour)), says(meta.StalledCondition, "True", 2, gate.ReasonInvalid, at(0))}}},
		"opened": {heldBefore(2), open, v1alpha1.GateStatus{
			OpenedRevision: wanted, OpenedAt: at(0), Conditions: []metav1.Condition{says(meta.ReadyCondition, "True", 2, gate.ReasonRuleMet, at(0))}}},
		"open as before: since when stays": {openBefore(2), open, v1alpha1.GateStatus{
			OpenedRevision: wanted, OpenedAt: at(time.Hour), Conditions: []metav1.Condition{says(meta.ReadyCondition, "True", 2, gate.ReasonRuleMet, at(time.Hour))}}},
		"opened anew after another change of the spec": {openBefore(1), open, v1alpha1.GateStatus{
			OpenedRevision: wanted, OpenedAt: at(0), Conditions: []metav1.Condition{says(meta.ReadyCondition, "True", 2, gate.ReasonRuleMet, at(time.Hour))}}},
		"held after it was open: the revision it was opened for goes": {openBefore(1), held, v1alpha1.GateStatus{
			HeldSince: at(0), Conditions: []metav1.Condition{
				says(meta.ReadyCondition, "False", 2, gate.ReasonNotRunning, at(0)), says(meta.ReconcilingCondition, "True", 2, gate.ReasonNotRunning, at(0))}}},
	} {
		t.Run(name, func(t *testing.T) {
			tt.want.ObservedGeneration = 2
			if diff := cmp.Diff(tt.want, statusOf(aGate(tt.before), tt.verdict, now)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhatAHumanGivesAsAReasonMayBeLong: the API server would refuse the whole status, and the gate would stay closed.
func TestWhatAHumanGivesAsAReasonMayBeLong(t *testing.T) {
	status := statusOf(aGate(v1alpha1.GateStatus{}), gate.Verdict{Open: true, Message: strings.Repeat("é", 40_000)}, now)
	if got := len(status.Conditions[0].Message); got > 32768 || got < 32000 {
		t.Errorf("the message has %d bytes", got)
	}
}

func TestSameStatus(t *testing.T) {
	other := func(change func(*v1alpha1.WaitForStatus)) v1alpha1.GateStatus {
		w := v1alpha1.WaitForStatus{Cluster: "k8s-cluster1", Met: true, LastSeen: at(0), ReadySince: at(time.Minute), CredentialsExpire: at(-time.Hour)}
		change(&w)
		return v1alpha1.GateStatus{WaitFor: []v1alpha1.WaitForStatus{w}}
	}
	written := other(func(*v1alpha1.WaitForStatus) {})
	for name, tt := range map[string]struct {
		change func(*v1alpha1.WaitForStatus)
		same   bool
	}{
		"a later answer is no news": {func(w *v1alpha1.WaitForStatus) { w.LastSeen = at(-time.Hour) }, true},
		"nor is the first answer":   {func(w *v1alpha1.WaitForStatus) { w.LastSeen = nil }, true},
		"nor are parts of a second, which JSON drops": {func(w *v1alpha1.WaitForStatus) {
			w.ReadySince = &metav1.Time{Time: at(time.Minute).Add(time.Millisecond)}
		}, true},
		"that it was ready since another time is":               {func(w *v1alpha1.WaitForStatus) { w.ReadySince = at(time.Second) }, false},
		"that it is not ready is":                               {func(w *v1alpha1.WaitForStatus) { w.ReadySince = nil }, false},
		"another phase is":                                      {func(w *v1alpha1.WaitForStatus) { w.Phase = "Pending" }, false},
		"that other credentials are there is":                   {func(w *v1alpha1.WaitForStatus) { w.CredentialsExpire = at(-2 * time.Hour) }, false},
		"that the gate is held for this one of several ones is": {func(w *v1alpha1.WaitForStatus) { w.Holds = true }, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sameStatus(written, other(tt.change)); got != tt.same {
				t.Errorf("want %v, got %v", tt.same, got)
			}
		})
	}
}
