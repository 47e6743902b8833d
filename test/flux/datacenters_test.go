package flux

import (
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// datacenters sees the CassandraClusters, as the gate controller does for the notifier.
type datacenters struct {
	mu      sync.Mutex
	carry   map[types.NamespacedName]string
	applied map[string]time.Time // when a revision was first seen on a CassandraCluster
	wake    func(types.NamespacedName)
}

func newDatacenters() *datacenters {
	return &datacenters{carry: map[types.NamespacedName]string{}, applied: map[string]time.Time{}, wake: func(types.NamespacedName) {}}
}

// Carries is what the notifier asks.
func (d *datacenters) Carries(gate types.NamespacedName) (revision string, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.carry[gate], true
}

// see takes in a CassandraCluster that has changed, or gone.
func (d *datacenters) see(key types.NamespacedName, revision string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.carry[key] = revision
	if _, seen := d.applied[revision]; !seen {
		d.applied[revision] = time.Now()
	}
	d.wake(key)
}

func (d *datacenters) appliedAt(revision string) (at time.Time, seen bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, seen = d.applied[revision]
	return at, seen
}

// tell has one notifier told of changes.
func (d *datacenters) tell(wake func(types.NamespacedName)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wake = wake
}

// watch begins to hold gates and to see CassandraClusters.
func (w *world) watch(t *testing.T) {
	t.Helper()
	c, err := cache.New(w.cluster.Config, cache.Options{Scheme: bed.Scheme})
	must(t, err)
	cassandra := &unstructured.Unstructured{}
	cassandra.SetAPIVersion(v1alpha1.CassandraV2)
	cassandra.SetKind("CassandraCluster")
	on(t, c, cassandra, func(o client.Object, gone bool) {
		revision := o.GetAnnotations()[v1alpha1.AnnotationRevision]
		if gone {
			revision = ""
		}
		w.datacenters.see(client.ObjectKeyFromObject(o), revision)
	})
	on(t, c, &v1alpha1.Gate{}, func(o client.Object, gone bool) {
		if !gone {
			w.gates.hold(t.Context(), o.(*v1alpha1.Gate))
		}
	})
	go func() { _ = c.Start(t.Context()) }() // it ends with the test
	if !c.WaitForCacheSync(t.Context()) {
		t.Fatal("the watches did not begin")
	}
}

func on(t *testing.T, c cache.Cache, kind client.Object, react func(o client.Object, gone bool)) {
	t.Helper()
	informer, err := c.GetInformer(t.Context(), kind, cache.BlockUntilSynced(false))
	must(t, err)
	_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { react(o.(client.Object), false) },
		UpdateFunc: func(_, o any) { react(o.(client.Object), false) },
		DeleteFunc: func(o any) {
			if o, seen := o.(client.Object); seen {
				react(o, true)
			}
		},
	})
	must(t, err)
}
