package bench

import (
	"context"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// patience is how long is waited for what must come.
const patience = 2 * time.Minute

// sighting of a Gate by a watcher.
type sighting struct {
	name string
	at   time.Time
}

// watcher of Gates. A machine that is too busy makes the API server end its watch; then it begins another.
type watcher struct {
	*bed.Cluster
	so    func(*v1alpha1.Gate) bool
	found chan sighting
	seen  map[string]bool
}

// watchGates tells of each Gate when it is first seen to be so, until the returned function is called.
func watchGates(b *testing.B, c *bed.Cluster, so func(*v1alpha1.Gate) bool) (<-chan sighting, func()) {
	b.Helper()
	w := &watcher{c, so, make(chan sighting, mostGates), map[string]bool{}}
	ctx, stop := context.WithCancel(b.Context())
	watching, err := w.watch(ctx)
	if err != nil {
		b.Fatal(err)
	}
	go func() {
		for ; err == nil; watching, err = w.watch(ctx) {
			w.look(watching)
		}
		if ctx.Err() == nil {
			b.Error(err)
		}
	}()
	return w.found, stop
}

// watch begins with the Gates as they are.
func (w *watcher) watch(ctx context.Context) (watch.Interface, error) {
	return w.Client.Watch(ctx, &v1alpha1.GateList{}, client.InNamespace(sampleNamespace))
}

func (w *watcher) look(watching watch.Interface) {
	for event := range watching.ResultChan() {
		gate, ok := event.Object.(*v1alpha1.Gate)
		if ok && !w.seen[gate.Name] && w.so(gate) {
			w.seen[gate.Name] = true
			w.found <- sighting{gate.Name, time.Now()}
		}
	}
}

// openFor says that a Gate is ready for a revision, as Flux sees it.
func openFor(revision string) func(*v1alpha1.Gate) bool {
	return func(g *v1alpha1.Gate) bool {
		return g.Spec.Revision == revision && g.Status.ObservedGeneration == g.Generation &&
			apimeta.IsStatusConditionTrue(g.Status.Conditions, meta.ReadyCondition)
	}
}

// heldFor says that a Gate is held for a revision by nothing but the previous CassandraCluster, which is at work.
func heldFor(revision string) func(*v1alpha1.Gate) bool {
	return func(g *v1alpha1.Gate) bool {
		ready := apimeta.FindStatusCondition(g.Status.Conditions, meta.ReadyCondition)
		return g.Spec.Revision == revision && ready != nil && ready.ObservedGeneration == g.Generation && ready.Reason == casskop.ReasonActionNotDone
	}
}

// next waits for a sighting.
func next(b *testing.B, sightings <-chan sighting, what string) sighting {
	b.Helper()
	select {
	case s := <-sightings:
		return s
	case <-time.After(patience):
		b.Fatalf("waited %s for a Gate to be %s", patience, what)
		return sighting{}
	}
}

// expect begins to watch, and returns what waits until n Gates are seen to be so.
func expect(b *testing.B, c *bed.Cluster, n int, what string, so func(*v1alpha1.Gate) bool) func() map[string]time.Time {
	b.Helper()
	sightings, stop := watchGates(b, c, so)
	return func() map[string]time.Time {
		b.Helper()
		defer stop()
		at := map[string]time.Time{}
		for range n {
			s := next(b, sightings, what)
			at[s.name] = s.at
		}
		return at
	}
}
