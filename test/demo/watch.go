package main

import (
	"fmt"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"

	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// row is what is known of a cluster.
type row struct {
	Cluster, DCs, Gate, Why, Phase, Nodes, Revision, Seeds string
	// Through: the CassandraCluster is ready.
	Through bool
}

var header = row{Cluster: "CLUSTER", DCs: "DC", Gate: "GATE", Why: "WHY", Phase: "CASSKOP", Nodes: "NODES", Revision: "CARRIES", Seeds: "SEEDS"}

func (r row) cells() []string {
	cells := []string{r.Cluster, r.DCs, r.Gate, r.Phase, r.Nodes, r.Revision, r.Seeds}
	if r.Why != "" { // only of a gate that is held
		cells = append(cells, r.Why)
	}
	return cells
}

// watcher looks at all clusters of a ring.
type watcher struct {
	ring *fleet.Ring
	dcs  []string
}

func watch(r *fleet.Ring) *watcher {
	w := &watcher{ring: r}
	for _, m := range r.Members {
		var names []string
		topology, _ := r.Overrides[m.Name]["topology"].(map[string]any)
		dcs, _ := topology["dc"].([]any)
		for _, dc := range dcs {
			names = append(names, fmt.Sprint(dc.(map[string]any)["name"]))
		}
		w.dcs = append(w.dcs, strings.Join(names, ","))
	}
	return w
}

// rows are how things stand.
func (w *watcher) rows(s *stage) []row {
	rows := make([]row, len(w.ring.Members))
	fleet.Each(s, w.ring.Members, func(i int, m *fleet.Member) { rows[i] = w.row(s, m, w.dcs[i]) })
	return rows
}

func (w *watcher) row(s *stage, m *fleet.Member, dcs string) row {
	r := row{Cluster: m.Name, DCs: dcs, Gate: "-", Phase: "-", Nodes: "-", Revision: "-", Seeds: "-"}
	g := &v1alpha1.Gate{}
	if err := m.Client.Get(s.ctx, m.Key, g); err == nil {
		r.Gate = "looking"
		if ready := apimeta.FindStatusCondition(g.Status.Conditions, meta.ReadyCondition); ready != nil && ready.ObservedGeneration == g.Generation {
			r.Gate, r.Why = "held", ready.Reason+": "+ready.Message
			if ready.Status == "True" {
				r.Gate, r.Why = "open", ""
			}
		}
	}
	cc := m.CassandraCluster(s)
	if cc == nil {
		return r
	}
	readiness := casskop.ReadinessOf(cc.Object)
	phase, action, status := casskop.Progress(cc.Object)
	switch {
	case readiness.Ready:
		r.Phase, r.Through = phase+", "+status, true
	case readiness.Reason == casskop.ReasonNotTakenIn:
		r.Phase = "not seen yet"
	default:
		r.Phase = strings.Trim(strings.Join([]string{phase, action, status}, " "), " ")
	}
	r.Revision = cc.GetAnnotations()[v1alpha1.AnnotationRevision]
	r.Nodes = w.nodes(s, m)
	if seeds, _, _ := unstructured.NestedStringSlice(cc.Object, "status", "seedlist"); len(seeds) > 0 {
		r.Seeds = fmt.Sprint(len(seeds))
	}
	return r
}

// nodes of a cluster that are ready, those that there are, and on how many racks.
func (w *watcher) nodes(s *stage, m *fleet.Member) string {
	var sets appsv1.StatefulSetList
	if err := m.Client.List(s.ctx, &sets, client.InNamespace(m.Key.Namespace)); err != nil {
		return "?"
	}
	ready, all, newest := 0, 0, 0
	for _, set := range sets.Items {
		ready, all = ready+int(set.Status.ReadyReplicas), all+int(*set.Spec.Replicas)
		if casskopbed.Image(set.Spec.Template.Spec) == w.ring.Spec["cassandraImage"] && set.Status.CurrentRevision == set.Status.UpdateRevision {
			newest++
		}
	}
	return fmt.Sprintf("%d/%d ready, %d/%d racks new", ready, all, newest, len(sets.Items))
}
