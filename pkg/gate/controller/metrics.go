package controller

import (
	"context"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/prometheus/client_golang/prometheus"
	apimeta "k8s.io/apimachinery/pkg/api/meta"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
)

// Metrics of each Gate. Those of a cluster come from the replica that leads only: it alone looks at the clusters.
var (
	metricOpen  = metric("open", "1 if the gate is open for spec.revision, else 0.")
	metricWhy   = metric("reason", "1 for the reason why the gate is as it is.", "reason")
	metricStuck = metric("stalled", "1 if waiting does not help and a human must look, else 0.")
	metricHeld  = metric("held_seconds", "For how long the gate has held spec.revision; 0 if it holds nothing.")
	metricAge   = metric("last_answer_age_seconds", "Time since a cluster that is waited for last answered.", "cluster")
	metricDark  = metric("cluster_failure", "1 for the reason why a cluster that is waited for cannot be seen.", "cluster", "reason")
	metricEnds  = metric("credentials_expiry_timestamp_seconds", "When the credentials for a cluster that is waited for end, in Unix time.", "cluster")
)

func metric(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("casskop_gitops_gate_"+name, help, append([]string{"namespace", "name"}, labels...), nil)
}

// Describe implements prometheus.Collector.
func (r *Reconciler) Describe(descriptions chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{metricOpen, metricWhy, metricStuck, metricHeld, metricAge, metricDark, metricEnds} {
		descriptions <- d
	}
}

// Collect implements prometheus.Collector: it tells how all Gates are at the time of the scrape.
func (r *Reconciler) Collect(metrics chan<- prometheus.Metric) {
	gates := &v1alpha1.GateList{}
	if err := r.Client.List(context.Background(), gates); err != nil { // from the cache; it is not there before the start
		return
	}
	for i := range gates.Items {
		r.collect(&gates.Items[i], metrics)
	}
}

func (r *Reconciler) collect(g *v1alpha1.Gate, metrics chan<- prometheus.Metric) {
	send := func(d *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, append([]string{g.Namespace, g.Name}, labels...)...)
	}
	now := r.Clock.Now()
	held := 0.0
	if g.Status.HeldSince != nil {
		held = max(now.Sub(g.Status.HeldSince.Time).Seconds(), 0)
	}
	send(metricOpen, oneIf(gate.IsOpen(g)))
	send(metricStuck, oneIf(apimeta.IsStatusConditionTrue(g.Status.Conditions, meta.StalledCondition)))
	send(metricHeld, held)
	if ready := apimeta.FindStatusCondition(g.Status.Conditions, meta.ReadyCondition); ready != nil {
		send(metricWhy, 1, ready.Reason)
	}
	for cluster, other := range r.Clusters.SeeOthers(g) {
		if !other.LastSeen.IsZero() {
			send(metricAge, max(now.Sub(other.LastSeen).Seconds(), 0), cluster)
		}
		if other.Failure != "" && other.Failure != remote.ReasonConnecting {
			send(metricDark, 1, cluster, other.Failure)
		}
	}
	for _, w := range g.Spec.WaitFor {
		if at := r.Clusters.Expires(g, w); !at.IsZero() {
			send(metricEnds, float64(at.Unix()), w.Cluster)
		}
	}
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
