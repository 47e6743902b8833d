package policy

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

const (
	r0 = "00000000"
	r1 = "11111111"
	r2 = "22222222"

	describe   = "; see kubectl describe gate -n cassandra-e2e cassandra-demo"
	noRevision = "no revision: annotation casskop-gitops.dev/revision is missing or empty; apply what render wrote, with " +
		"kubectl apply -k clusters/<cluster>/<ring>"
	pods    = "; try again in some seconds, and if it stays so, see kubectl get pods -n casskop-gitops-system"
	initial = "k8s-cluster1: phase is Initializing, want Running"
)

func forbidden(said string) outcome { return outcome{http.StatusForbidden, said} }

func otherRevision(carried, wanted string) outcome {
	return forbidden("another revision: this CassandraCluster has " + carried + ", its Gate wants " + wanted +
		"; apply both from one commit, the Gate first")
}

func notJudged(name, generation, seen string) outcome {
	return forbidden("not judged yet: Gate cassandra-e2e/" + name + " has generation " + generation +
		", the gate controller has seen " + seen + pods)
}

// TestTheGateDecides: a revision is let in exactly while the Gate is open for it, whether the CassandraCluster is there or not, and
// in both API versions.
func TestTheGateDecides(t *testing.T) { both(t, theGateDecides) }

func theGateDecides(t *testing.T) {
	tests := map[string]struct {
		gate state
		// carries is the revision on the object that is written
		carries edit
		want    outcome
	}{
		"open for this revision": {opened(r1), carries(r1), outcome{}},
		"there is no Gate":       {missing, carries(r1), at.noGate},
		"the controller has not looked at the Gate": {
			wants(r1), carries(r1), notJudged(ring.Name, "1", "-1"),
		},
		"a status that does not say what was seen": {
			judged(r1, func(s *v1alpha1.GateStatus) { s.ObservedGeneration, s.OpenedRevision = 0, r1 }), carries(r1), notJudged(ring.Name, "1", "-1"),
		},
		"the Gate changed after it was opened": {
			thenChanged(opened(r1), func(s *v1alpha1.GateSpec) { s.Hold = true }), carries(r1), notJudged(ring.Name, "2", "1"),
		},
		"a status of a later generation than the Gate's": {
			judged(r1, func(s *v1alpha1.GateStatus) { s.ObservedGeneration, s.OpenedRevision = 7, r1 }), carries(r1), notJudged(ring.Name, "1", "7"),
		},
		"the Gate wants another revision, and is open for that": {
			opened(r2), carries(r1), otherRevision(r1, r2),
		},
		"the Gate wants another revision, and was opened for this one before": {
			thenChanged(opened(r1), func(s *v1alpha1.GateSpec) { s.Revision = r2 }), carries(r1), otherRevision(r1, r2),
		},
		"the Gate wants another revision, and this one was left behind as the opened one": {
			judged(r2, func(s *v1alpha1.GateStatus) { s.OpenedRevision = r1 }), carries(r1), otherRevision(r1, r2),
		},
		"opened for another revision than it wants": {
			judged(r2, func(s *v1alpha1.GateStatus) {
				s.OpenedRevision, s.Conditions = r1, conditions(metav1.ConditionFalse, "NotRunning", initial)
			}),
			carries(r2), forbidden("held at " + r2 + ": NotRunning: " + initial + describe),
		},
		"held": {
			held(r1, "NotRunning", initial), carries(r1), forbidden("held at " + r1 + ": NotRunning: " + initial + describe),
		},
		"held, and Ready is not the only condition": {
			judged(r1, func(s *v1alpha1.GateStatus) {
				s.Conditions = append([]metav1.Condition{{Type: "Reconciling", Status: metav1.ConditionTrue, Reason: "Progressing",
					Message: "not this one", LastTransitionTime: metav1.Now()}}, conditions(metav1.ConditionUnknown, "NotSeen", "nothing yet")...)
			}),
			carries(r1), forbidden("held at " + r1 + ": NotSeen: nothing yet" + describe),
		},
		"held without a condition": {
			judged(r1, func(*v1alpha1.GateStatus) {}), carries(r1), forbidden("held at " + r1 + ": its Gate does not say why" + describe),
		},
		"held for a reason of several lines": {
			held(r1, "Unreachable", "k8s-cluster1: first\nsecond"), carries(r1),
			forbidden("held at " + r1 + ": Unreachable: k8s-cluster1: first second" + describe),
		},
		"held for a reason that is too long to tell": {
			held(r1, "Unreachable", strings.Repeat("x", 32<<10)), carries(r1),
			forbidden("held, and why is too long to tell here; see kubectl describe gate"),
		},
		"open, but the revision is in capitals":         {opened("aaaaaaaa"), carries("AAAAAAAA"), otherRevision("AAAAAAAA", "aaaaaaaa")},
		"open, but the revision has a space behind it":  {opened(r1), carries(r1 + " "), otherRevision(r1+" ", r1)},
		"open, but the object has an empty revision":    {opened(r1), carries(""), forbidden(noRevision)},
		"open, but the object has no such annotation":   {opened(r1), without("metadata", "annotations", revision), forbidden(noRevision)},
		"open, but the object has no annotation at all": {opened(r1), without("metadata", "annotations"), forbidden(noRevision)},
		"held, and the object has no annotation":        {held(r1, "Hold", "spec.hold is true"), without("metadata", "annotations"), forbidden(noRevision)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			arrange(t, r0)
			tt.gate(t)
			for _, version := range []string{v1, v2} {
				err := cluster(t).Client.Update(t.Context(), edited(live(t, version, ring), tt.carries))
				if diff := cmp.Diff(tt.want, outcomeOf(err)); diff != "" {
					t.Errorf("update %s (-want +got):\n%s", version, diff)
				}
			}
			for _, version := range []string{v1, v2} {
				arrange(t, "")
				err := cluster(t).Client.Create(t.Context(), cassandraCluster(version, ring, carries(r0), annotation("other", "x"), tt.carries))
				if diff := cmp.Diff(tt.want, outcomeOf(err)); diff != "" {
					t.Errorf("create %s (-want +got):\n%s", version, diff)
				}
			}
		})
	}
}
