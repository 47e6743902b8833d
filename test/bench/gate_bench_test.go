package bench

import (
	"context"
	"testing"
	"time"
)

const (
	remotes   = 5
	perRemote = 100
)

// Revisions of all rings, one after the other. They begin with the rendered one.
const (
	first = "00000001" // of the only ring that there is at first
	slow  = "00000002" // cluster by cluster
	burst = "00000003" // all at once
)

// BenchmarkGate runs the program on 500 Gates that wait for five remote clusters, all of them real API servers with audit logs, with the
// rights that base/gate and render give it. Goals: from the write that makes the previous CassandraCluster ready until a watcher
// here sees the Gate ready, median 50 ms and p99 150 ms; all 500 open within 5 s of the last one's turn; 35 MB of resident memory with
// one Gate, 60 MB with all; one watch for each resource of each remote. A goal that is missed fails the run: make bench-gate.
func BenchmarkGate(b *testing.B) {
	w := newWorld(b)
	results := &table{}
	one := w.pairs[0].rings(b, "one", 1)
	gate := w.startGate(b)
	used := watchMemory(b, gate)
	w.want(b, one, first)
	w.readyAtOnce(b, one, first)
	used.report(b, results, "one Gate", 35)

	all := append(one, w.otherRings(b)...)
	used.restart()
	w.want(b, all, slow)
	w.latency(b, results, all)
	w.want(b, all, burst)
	w.burst(b, results, all)
	used.report(b, results, "500 Gates", 60)
	w.countWatches(b, results)
	results.print(b)
}

// want begins with a revision everywhere, and waits until every gate waits for nothing but the CassandraCluster there.
func (w *world) want(b *testing.B, rings []*ring, revision string) {
	b.Helper()
	held := expect(b, w.here, len(rings), "held for what is at work there", heldFor(revision))
	each(b, len(rings), func(ctx context.Context, i int) error { return rings[i].want(ctx, revision) })
	held()
}

// turn is when a CassandraCluster turned ready: when the write was sent, and when it was answered.
type turn struct{ sent, answered time.Time }

// readyAtOnce makes all CassandraClusters there ready, and returns when that was and when each gate was seen to be open.
func (w *world) readyAtOnce(b *testing.B, rings []*ring, revision string) ([]turn, map[string]time.Time) {
	b.Helper()
	open := expect(b, w.here, len(rings), "open", openFor(revision))
	turns := make([]turn, len(rings))
	each(b, len(rings), func(ctx context.Context, i int) (err error) {
		turns[i], err = rings[i].ready(ctx)
		return err
	})
	return turns, open()
}

// latency opens one gate after the other, each after a bare round trip between the same clusters.
func (w *world) latency(b *testing.B, results *table, rings []*ring) {
	b.Helper()
	sightings, stop := watchGates(b, w.here, openFor(slow))
	defer stop()
	bounces := map[*pair]*bounce{}
	for _, p := range w.pairs {
		bounces[p] = newBounce(b, p.there, w.here)
	}
	var bare, opened, answered durations
	for _, r := range rings {
		bare = append(bare, bounces[r.pair].once(b))
		turned, err := r.ready(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		seen := next(b, sightings, "open").at
		opened, answered = append(opened, seen.Sub(turned.sent)), append(answered, seen.Sub(turned.answered))
	}
	results.spread("ready there to open here, one by one", opened, 50*time.Millisecond, 150*time.Millisecond)
	results.spread("the same from the answer to the write", answered, 0, 0)
	results.spread("a bare watch and patch", bare, 0, 0)
	results.add("gate to bare, median", float64(opened.quantile(0.5))/float64(bare.quantile(0.5)), "", 0)
}

// burst opens all gates at once.
func (w *world) burst(b *testing.B, results *table, rings []*ring) {
	b.Helper()
	turns, open := w.readyAtOnce(b, rings, burst)
	var own durations
	begin, lastTurn, lastOpen := turns[0].sent, turns[0].sent, time.Time{}
	for i, r := range rings {
		seen := open[r.key.Name]
		own = append(own, seen.Sub(turns[i].sent))
		begin, lastTurn, lastOpen = earliest(begin, turns[i].sent), latest(lastTurn, turns[i].sent), latest(lastOpen, seen)
	}
	results.seconds("500 at once: the writes take", lastTurn.Sub(begin), 0)
	results.seconds("  all open after the last write", lastOpen.Sub(lastTurn), 5*time.Second)
	results.seconds("  each after its own, median", own.quantile(0.5), 0)
	results.seconds("  each after its own, max", own.quantile(1), 0)
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
