package controller

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

func TestNews(t *testing.T) {
	of := func(status metav1.ConditionStatus, generation int64, reason, message, cluster string) v1alpha1.GateStatus {
		return v1alpha1.GateStatus{
			Conditions: []metav1.Condition{{Type: meta.ReadyCondition, Status: status, ObservedGeneration: generation, Reason: reason, Message: message}},
			WaitFor:    []v1alpha1.WaitForStatus{{Cluster: "k8s-cluster1", Holds: cluster == "k8s-cluster1"}, {Cluster: "k8s-cluster3", Holds: cluster == "k8s-cluster3"}},
		}
	}
	held := of("False", 2, gate.ReasonNotRunning, "phase is Pending", "k8s-cluster1")
	for name, tt := range map[string]struct {
		before, after v1alpha1.GateStatus
		want          bool
	}{
		"the first answer":                     {v1alpha1.GateStatus{}, held, true},
		"the same for another spec":            {of("False", 1, gate.ReasonNotRunning, "phase is Pending", "k8s-cluster1"), held, true},
		"another reason":                       {of("False", 2, gate.ReasonSoaking, "ready since", "k8s-cluster1"), held, true},
		"held in place of open":                {of("True", 2, gate.ReasonNotRunning, "", ""), held, true},
		"another cluster with the same reason": {of("False", 2, gate.ReasonNotRunning, "phase is Pending", "k8s-cluster3"), held, true},
		"after it has settled":                 {of("False", 2, gate.ReasonSettling, "it has just changed", ""), held, true},
		"that it settles is none":              {v1alpha1.GateStatus{}, of("False", 2, gate.ReasonSettling, "it has just changed", ""), false},
		"the same is none":                     {held, held, false},
		"other words are none":                 {of("False", 2, gate.ReasonNotRunning, "phase is Initializing", "k8s-cluster1"), held, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := news(aGate(tt.before), aGate(tt.after)); got != tt.want {
				t.Errorf("want %v, got %v", tt.want, got)
			}
		})
	}
}

func TestClip(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("a", 20), strings.Repeat("é", 10)} {
		if got := clip(text, 20); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	for _, text := range []string{strings.Repeat("a", 21), strings.Repeat("é", 11), strings.Repeat("\U0001F600", 99)} {
		got := clip(text, 20)
		if len(got) > 20 || len(got) < 17 || !strings.HasSuffix(got, "...") || !utf8.ValidString(got) {
			t.Errorf("%q became %q, %d bytes", text, got, len(got))
		}
	}
}
