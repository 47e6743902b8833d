package policy

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// state brings the ring's Gate into a state, and waits until the policies see it.
type state func(t *testing.T)

// missing: there is no Gate.
func missing(t *testing.T) {
	t.Helper()
	gate := &v1alpha1.Gate{ObjectMeta: metav1.ObjectMeta{Namespace: ring.Namespace, Name: ring.Name}}
	if err := cluster(t).Client.Delete(t.Context(), gate); client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
	waitUntilSeen(t, "")
}

// wants: a new Gate that nobody has looked at.
func wants(revision string) state {
	return func(t *testing.T) {
		t.Helper()
		missing(t)
		gate := &v1alpha1.Gate{
			ObjectMeta: metav1.ObjectMeta{Namespace: ring.Namespace, Name: ring.Name},
			Spec:       v1alpha1.GateSpec{Revision: revision, APIVersion: v1alpha1.CassandraV2},
		}
		if err := cluster(t).Client.Create(t.Context(), gate); err != nil {
			t.Fatal(err)
		}
		waitUntilSeen(t, gate.ResourceVersion)
	}
}

// opened: the controller has opened the Gate for the revision that it wants.
func opened(revision string) state {
	return judged(revision, func(status *v1alpha1.GateStatus) {
		status.OpenedRevision = revision
		status.Conditions = conditions(metav1.ConditionTrue, "RuleMet", "every cluster waited for allows it")
	})
}

// held: the controller holds the Gate, and says why.
func held(revision, reason, message string) state {
	return judged(revision, func(status *v1alpha1.GateStatus) {
		status.Conditions = conditions(metav1.ConditionFalse, reason, message)
	})
}

// judged: the controller has written this status for a Gate that wants a revision. Its observedGeneration is right at first.
func judged(revision string, change func(*v1alpha1.GateStatus)) state {
	return func(t *testing.T) {
		t.Helper()
		wants(revision)(t)
		gate := readGate(t)
		gate.Status = v1alpha1.GateStatus{ObservedGeneration: gate.Generation}
		change(&gate.Status)
		if err := cluster(t).Client.Status().Update(t.Context(), gate); err != nil {
			t.Fatal(err)
		}
		waitUntilSeen(t, gate.ResourceVersion)
	}
}

// thenChanged: after that its spec has changed once more, and nobody has looked since.
func thenChanged(before state, change func(*v1alpha1.GateSpec)) state {
	return func(t *testing.T) {
		t.Helper()
		before(t)
		gate := readGate(t)
		change(&gate.Spec)
		if err := cluster(t).Client.Update(t.Context(), gate); err != nil {
			t.Fatal(err)
		}
		waitUntilSeen(t, gate.ResourceVersion)
	}
}

func readGate(t *testing.T) *v1alpha1.Gate {
	t.Helper()
	gate := &v1alpha1.Gate{}
	if err := cluster(t).Client.Get(t.Context(), ring, gate); err != nil {
		t.Fatal(err)
	}
	return gate
}

func conditions(status metav1.ConditionStatus, reason, message string) []metav1.Condition {
	return []metav1.Condition{{Type: "Ready", Status: status, Reason: reason, Message: message, LastTransitionTime: metav1.Now()}}
}
