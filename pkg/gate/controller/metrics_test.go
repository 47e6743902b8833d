package controller

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
)

// cached is a cache of Gates.
type cached struct {
	client.Client
	gates []v1alpha1.Gate
	err   error
}

func (c cached) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	list.(*v1alpha1.GateList).Items = c.gates
	return c.err
}

// gathered are the values of the metrics of a cache of Gates, by name, reason and what else tells them apart.
func gathered(t *testing.T, c cached) map[string]float64 {
	t.Helper()
	clusters, err := remote.New(t.Context(), &rest.Config{Host: "http://nowhere"}, true, clocktesting.NewFakeClock(now), func(types.NamespacedName) {})
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(&Reconciler{Client: c, Clusters: clusters, Clock: clocktesting.NewFakePassiveClock(now)})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if problems, err := promlint.NewWithMetricFamilies(families).Lint(); err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v %v", problems, err)
	}
	values := map[string]float64{}
	for _, family := range families {
		for _, m := range family.Metric {
			key := family.GetName()
			for _, label := range m.Label {
				key += " " + label.GetValue()
			}
			values[key] = m.Gauge.GetValue()
		}
	}
	return values
}

func TestMetrics(t *testing.T) {
	held, opened := aGate(heldBefore(2)), aGate(openBefore(2))
	held.Spec.WaitFor = []v1alpha1.WaitFor{{Cluster: "k8s-cluster1"}} // it has not answered, and the end of its credentials is not known
	opened.Name = "other"
	stalled := aGate(v1alpha1.GateStatus{Conditions: []metav1.Condition{{Type: meta.StalledCondition, Status: metav1.ConditionTrue}}})
	for name, tt := range map[string]struct {
		cache cached
		want  map[string]float64
	}{
		"before the cache is there": {cached{err: errors.New("not started")}, map[string]float64{}},
		"a Gate that nobody looked at": {cached{gates: []v1alpha1.Gate{*aGate(v1alpha1.GateStatus{ObservedGeneration: -1})}}, map[string]float64{
			"casskop_gitops_gate_open ring ns": 0, "casskop_gitops_gate_stalled ring ns": 0, "casskop_gitops_gate_held_seconds ring ns": 0}},
		"one that is held, one that is open": {cached{gates: []v1alpha1.Gate{*held, *opened}}, map[string]float64{
			"casskop_gitops_gate_open ring ns": 0, "casskop_gitops_gate_open other ns": 1,
			"casskop_gitops_gate_stalled ring ns": 0, "casskop_gitops_gate_stalled other ns": 0,
			"casskop_gitops_gate_held_seconds ring ns": 3600.5, "casskop_gitops_gate_held_seconds other ns": 0,
			"casskop_gitops_gate_reason ring ns " + gate.ReasonSoaking: 1, "casskop_gitops_gate_reason other ns " + gate.ReasonRuleMet: 1}},
		"one that was open for another spec": {cached{gates: []v1alpha1.Gate{*aGate(openBefore(1))}}, map[string]float64{
			"casskop_gitops_gate_open ring ns": 0, "casskop_gitops_gate_stalled ring ns": 0, "casskop_gitops_gate_held_seconds ring ns": 0, "casskop_gitops_gate_reason ring ns " + gate.ReasonRuleMet: 1}},
		"one that waiting does not help": {cached{gates: []v1alpha1.Gate{*stalled}}, map[string]float64{
			"casskop_gitops_gate_open ring ns": 0, "casskop_gitops_gate_stalled ring ns": 1, "casskop_gitops_gate_held_seconds ring ns": 0}},
		"held since the future, as the clock here has it": {cached{gates: []v1alpha1.Gate{*aGate(v1alpha1.GateStatus{HeldSince: &metav1.Time{Time: now.Add(time.Minute)}})}}, map[string]float64{
			"casskop_gitops_gate_open ring ns": 0, "casskop_gitops_gate_stalled ring ns": 0, "casskop_gitops_gate_held_seconds ring ns": 0}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, gathered(t, tt.cache)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
