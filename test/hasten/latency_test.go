//go:build argocd

package hasten

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// backoff is that of the Applications that render writes.
const backoff = 15 * time.Second

// attempt is how long one may take on a busy machine.
const attempt = 10 * time.Second

func leftToItsBackoff(t *testing.T, w *world) {
	w.runGate(t)
	took := w.openings(t, 5)
	if took[4] > backoff+attempt {
		t.Errorf("%s at most, want one backoff", took[4])
	}
	if diff := cmp.Diff(map[string]int{}, w.asked(t)); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func hastened(t *testing.T, w *world) {
	w.runGate(t, w.args...)
	const openings = 10
	w.openings(t, openings)
	asked := w.askedAfter(t)
	t.Logf("of it until the gate has asked, n=%d: min %s, median %s, max %s", len(asked), asked[0], asked[len(asked)/2], asked[len(asked)-1])
	if median := asked[len(asked)/2]; median > 2*time.Second { // the rest is an attempt of Argo CD
		t.Errorf("median %s until the gate has asked, want less than a second", median)
	}
	if got := w.asked(t); got["patch 200"] != openings {
		t.Errorf("%v, want one patch for each opening", got)
	}
}

// killed: the gate that opened did not know of the flag, and ends at once. Its successor goes by what stands in the cluster.
func killed(t *testing.T, w *world) {
	w.runGate(t)
	revision := w.push(t)
	w.open(t, revision)
	w.waitOpen(t, revision)
	must(t, w.gate.Kill())
	w.runGate(t, w.args...)
	took := w.waitApplied(t, revision)
	t.Logf("applied %s after the opening, by the next gate", took)
	if got := w.asked(t); got["patch 200"] != 1 {
		t.Errorf("%v, want one patch", got)
	}
}

// openings opens a Gate for so many revisions, each at another time of the backoff, and returns how long it took, sorted.
func (w *world) openings(t *testing.T, count int) (took []time.Duration) {
	t.Helper()
	for i := range count {
		revision := w.push(t)
		<-time.After(backoff * 2 / 3 * time.Duration(i) / time.Duration(count))
		w.open(t, revision)
		took = append(took, w.waitApplied(t, revision))
		w.waitSynced(t)
	}
	slices.Sort(took)
	t.Logf("from the opening to the CassandraCluster, n=%d: min %s, median %s, max %s", count, took[0], took[count/2], took[count-1])
	return took
}
