package gate_test

import (
	"slices"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// warnings are the reasons that say that something is wrong, or was done by hand.
var warnings = []string{gate.ReasonInvalid, gate.ReasonChangeRefused, gate.ReasonOpenedByHand, gate.ReasonHereUnknown, gate.ReasonUnreadable,
	gate.ReasonStale, gate.ReasonNoSeedAnswers, gate.ReasonSeedsUnknown, "SecretMissing"}

func checkWarning(t *testing.T, verdict gate.Verdict) {
	t.Helper()
	if want := slices.Contains(warnings, verdict.Reason); verdict.Warn != want {
		t.Errorf("want warn %v for %s, got %v", want, verdict.Reason, verdict.Warn)
	}
}

// checkHolds: one cluster at most is marked, it is in the way, and the verdict has its reason.
func checkHolds(t *testing.T, verdict gate.Verdict) {
	t.Helper()
	marked := 0
	for _, w := range verdict.WaitFor {
		if !w.Holds {
			continue
		}
		marked++
		if verdict.Open || w.Met || w.Reason != verdict.Reason {
			t.Errorf("open %v for %s is marked as held for %+v", verdict.Open, verdict.Reason, w)
		}
	}
	if marked > 1 {
		t.Errorf("held for %d clusters: %+v", marked, verdict.WaitFor)
	}
}

func TestVerdictMarksTheClusterThatItSpeaksOf(t *testing.T) {
	refused := with("k8s-cluster3", "lastClusterAction", "CorrectCRDConfig")
	for name, tt := range map[string]struct {
		change func(*gate.Facts)
		want   string
	}{
		"none when the gate is open":                      {func(*gate.Facts) {}, ""},
		"none when it was opened by hand":                 {all(at("k8s-cluster1", 3, 3, rolling), byHand("00000003")), ""},
		"none when it is held for itself":                 {all(at("k8s-cluster1", 3, 3, rolling), hold), ""},
		"the first in the way":                            {all(at("k8s-cluster1", 3, 3, rolling), at("k8s-cluster3", 1, 1, flapped)), "k8s-cluster1"},
		"the only one in the way":                         {at("k8s-cluster3", 1, 1, flapped), "k8s-cluster3"},
		"a stalled one, though another one is in the way": {all(at("k8s-cluster1", 3, 3, rolling), refused), "k8s-cluster3"},
	} {
		t.Run(name, func(t *testing.T) {
			facts := middle()
			tt.change(&facts)
			i := slices.IndexFunc(gate.Decide(facts).WaitFor, func(w v1alpha1.WaitForStatus) bool { return w.Holds })
			got := ""
			if i >= 0 {
				got = facts.Gate.Spec.WaitFor[i].Cluster
			}
			if got != tt.want {
				t.Errorf("want %q, got %q", tt.want, got)
			}
		})
	}
}

// TestAnOpenGateIsLookedAtAgain: or its status would tell of a soak for ever.
func TestAnOpenGateIsLookedAtAgain(t *testing.T) {
	for name, change := range map[string]func(*gate.Facts){
		"opened before":  opened(1),
		"opened by hand": byHand("00000003"),
		"carried":        func(f *gate.Facts) { f.Here = sight(3, 3, done) },
	} {
		t.Run(name, func(t *testing.T) {
			facts := middle()
			all(change, in("k8s-cluster1", func(o *gate.Other) { o.ReadySince = ago(50 * time.Second) }))(&facts)
			if got := gate.Decide(facts); !got.Open || got.RequeueAfter != 10*time.Second {
				t.Errorf("want open, and a look in 10 s; got %+v", got)
			}
		})
	}
}

func TestAGateThatHasJustChangedIsHeldForNoCluster(t *testing.T) {
	facts := middle()
	at("k8s-cluster1", 3, 3, rolling)(&facts)
	got := gate.JustChanged(gate.Decide(facts))
	checkHolds(t, got)
	if got.Open || got.Reason != gate.ReasonSettling || len(got.WaitFor) != 2 || got.WaitFor[0].Reason != gate.ReasonActionNotDone {
		t.Errorf("got %+v", got)
	}
}
