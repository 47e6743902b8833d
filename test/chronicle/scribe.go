package chronicle

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// Scribe makes chronicles from the audit logs of some clusters, of all rings in namespaces that begin with a prefix.
type Scribe struct {
	prefix  string
	names   []string // of the clusters
	audits  []*bed.Audit
	written []map[uint64]written // by cluster and resourceVersion
}

// written is what is kept of a write that changed a Gate or a CassandraCluster.
type written struct {
	span
	version   uint64
	namespace string
	gate      bool
	wanted    wanted
	carried   carried
}

// NewScribe begins to write down what happens from now on.
func NewScribe(t testing.TB, prefix string, clusters ...*bed.Cluster) *Scribe {
	t.Helper()
	s := &Scribe{prefix: prefix}
	for _, c := range clusters {
		s.names, s.audits = append(s.names, c.Name), append(s.audits, c.Audit(t))
		s.written = append(s.written, map[uint64]written{})
	}
	return s
}

// Read takes in what the logs say by now. It is called now and then, so that logs need not be held in memory.
func (s *Scribe) Read(t testing.TB) {
	t.Helper()
	for i, audit := range s.audits {
		for _, e := range audit.NextIn(t, s.prefix) {
			if w, ok := s.take(t, e); ok {
				if _, known := s.written[i][w.version]; !known { // else it changed nothing
					s.written[i][w.version] = w
				}
			}
		}
	}
}

func (s *Scribe) take(t testing.TB, e bed.Event) (w written, ok bool) {
	t.Helper()
	isGate := e.Is("gates") || e.Is("gates/status")
	if !isGate && !e.Is("cassandraclusters") || !e.Write() || !strings.HasPrefix(e.ObjectRef.Namespace, s.prefix) {
		return w, false
	}
	object := unstructured.Unstructured{Object: e.ResponseObject}
	version, err := strconv.ParseUint(object.GetResourceVersion(), 10, 64)
	if err != nil || strings.HasPrefix(e.Verb, "delete") {
		t.Fatalf("audit event %s: %s %s cannot be followed: %v", e.AuditID, e.Verb, e.RequestURI, err)
	}
	w = written{span: span{e.RequestReceivedTimestamp, e.StageTimestamp}, version: version, namespace: e.ObjectRef.Namespace, gate: isGate}
	if !isGate {
		w.carried = carried{revision: object.GetAnnotations()[v1alpha1.AnnotationRevision], ready: casskop.ReadinessOf(object.Object).Ready}
		return w, true
	}
	var g v1alpha1.Gate
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(e.ResponseObject, &g); err != nil {
		t.Fatalf("audit event %s: %v", e.AuditID, err)
	}
	w.wanted = wanted{generation: g.Generation, revision: g.Spec.Revision, waitFor: map[string]bool{}, open: gate.IsOpen(&g)}
	for _, other := range g.Spec.WaitFor {
		w.wanted.waitFor[other.Cluster] = true
	}
	return w, true
}

// Chronicles are those of all rings seen, by namespace.
func (s *Scribe) Chronicles(stableFor func(namespace string) time.Duration) map[string]*Chronicle {
	all := map[string]*Chronicle{}
	for i := range s.written {
		for _, w := range s.ordered(i) {
			c := all[w.namespace]
			if c == nil {
				c = &Chronicle{name: w.namespace, names: s.names, stableFor: stableFor(w.namespace)}
				c.gates, c.clusters = make([][]wanted, len(s.names)), make([][]carried, len(s.names))
				all[w.namespace] = c
			}
			w.wanted.span, w.carried.span = w.span, w.span
			if w.gate {
				c.gates[i] = append(c.gates[i], w.wanted)
			} else {
				c.clusters[i] = append(c.clusters[i], w.carried)
			}
		}
	}
	return all
}

// ordered are the writes to one cluster, in the order of etcd, which is that of resourceVersion. That order says more than the times of
// the requests: a write cannot have taken effect before the one before it did, nor after the one after it.
func (s *Scribe) ordered(cluster int) []written {
	all := slices.SortedFunc(maps.Values(s.written[cluster]), func(a, b written) int { return cmp.Compare(a.version, b.version) })
	for i := 1; i < len(all); i++ {
		all[i].from = latest(all[i].from, all[i-1].from)
	}
	for i := len(all) - 2; i >= 0; i-- {
		all[i].to = earliest(all[i].to, all[i+1].to)
	}
	return all
}
