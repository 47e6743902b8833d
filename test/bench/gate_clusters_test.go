package bench

import (
	"fmt"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const (
	// ringsAcross is how many rings there are over a growing number of clusters.
	ringsAcross = 10
	// openings of each of them.
	openings = 3
)

// growClusters measures the program, started anew each time, on ten rings over 2, 5, 10 and 20 clusters, of which it runs in the last one. The
// others are served by five API servers. Each has an address, a namespace, a reader and a token of its own, so that for the program they are
// as many clusters.
func (w *world) growClusters(b *testing.B) {
	b.Helper()
	costs := columns("clusters", "memory, MB", "requests/s at rest", "watches in other clusters", "opening, median, ms", "opening, max, ms")
	for _, n := range []int{2, 5, 10, 20} {
		g := w.across(b, n)
		rings := g.rings(b, fmt.Sprintf("of-%d", n), ringsAcross)
		tally := w.newTally(b)
		gate := w.startGate(b)
		used := watchMemory(b, gate)
		w.want(b, rings, fmt.Sprintf("%x", 0xb0000000+n))
		cost := w.cost(b, tally, used)
		var opened durations
		for i := range openings {
			revision := fmt.Sprintf("%x", 0xc0000000+n*openings+i)
			w.want(b, rings, revision)
			times, _ := w.oneByOne(b, rings, revision, func(*ring) {})
			opened = append(opened, times...)
		}
		used.stop()
		if err := gate.Stop(); err != nil {
			b.Fatal(err)
		}
		costs.add(n, append(cost, milliseconds(opened.quantile(0.5)), milliseconds(opened.quantile(1)))...)
		if err := w.here.Client.DeleteAllOf(b.Context(), &v1alpha1.Gate{}, client.InNamespace(sampleNamespace)); err != nil {
			b.Fatal(err)
		}
		waitNone(b, w.here)
	}
	record.table("clusters", costs)
}

// across is a group of so many clusters.
func (w *world) across(b *testing.B, clusters int) *group {
	b.Helper()
	g := &group{}
	for i := range clusters - 1 {
		there := w.remotes[i%len(w.remotes)]
		s := side{Cluster: there, name: fmt.Sprintf("k8s-cluster%d", i+1), namespace: fmt.Sprintf("of-%d-cluster-%d", clusters, i+1)}
		there.Namespace(b, s.namespace)
		g.sides = append(g.sides, s)
	}
	g.sides = append(g.sides, side{Cluster: w.here, name: fmt.Sprintf("k8s-cluster%d", clusters), namespace: sampleNamespace})
	g.prepare(b)
	for _, s := range g.sides[:clusters-1] {
		g.connect(b, s, bed.NewProxy(b, s.Cluster).Config(s.ReaderIdentity(b, s.namespace)))
	}
	return g
}

// waitNone waits until there is no Gate.
func waitNone(b *testing.B, c *bed.Cluster) {
	b.Helper()
	bed.WaitFor(b, time.Minute, "no Gate is there", func() (bool, string) {
		var left v1alpha1.GateList
		if err := c.Client.List(b.Context(), &left); err != nil {
			return false, err.Error()
		}
		return len(left.Items) == 0, fmt.Sprintf("%d are left", len(left.Items))
	})
}
