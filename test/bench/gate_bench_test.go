package bench

import (
	"context"
	"fmt"
	"testing"
	"time"
)

const (
	remotes = 5
	// mostGates is how many there are in the end, and goalGates for how many there are goals.
	mostGates, goalGates = 1000, 500
)

// gateCounts are how many Gates there are when the cost of the program is measured.
var gateCounts = []int{1, 10, 100, goalGates, mostGates}

// Revisions of all rings, one after the other. They begin with the rendered one.
const (
	first = "00000001" // of the only ring that there is at first
	slow  = "00000002" // cluster by cluster
	burst = "00000003" // all at once
)

// BenchmarkGate runs the program on Gates that wait for five remote clusters, all of them real API servers with audit logs, with the
// rights that base/gate and render give it. Goals, with 500 Gates: from the write that makes the previous CassandraCluster ready until a
// watcher here sees the Gate ready, median 50 ms and p99 150 ms; all open within 5 s of the last one's turn; 35 MB of resident
// memory with one Gate, 60 MB with all; one watch for each resource of each remote. A goal that is missed fails the run: make bench-gate.
func BenchmarkGate(b *testing.B) {
	w := newWorld(b)
	w.growClusters(b)
	results := &table{}
	pairs := w.pairs(b)
	gate := w.startGate(b)
	tally, used := w.newTally(b), watchMemory(b, gate)
	costs := columns("gates", "memory, MB", "requests/s at rest", "watches in other clusters")
	var all []*ring
	for _, n := range gateCounts {
		all = append(all, moreRings(b, pairs, len(all), n)...)
		used.restart()
		w.want(b, all, fmt.Sprintf("%x", 0xa0000000+n)) // digits alone would be a number
		costs.add(n, w.cost(b, tally, used)...)
		switch n {
		case 1:
			w.want(b, all, first)
			w.readyAtOnce(b, all, first)
			used.report(b, results, "one Gate", 35)
		case goalGates:
			w.want(b, all, slow)
			w.latency(b, results, all)
			w.want(b, all, burst)
			w.burst(b, results, all)
			used.report(b, results, "500 Gates", 60)
		}
	}
	tally.report(b, results)
	record.table("gates", costs)
	results.print(b)
}

// moreRings are as many as are missing, spread over the pairs.
func moreRings(b *testing.B, pairs []*group, have, want int) (rings []*ring) {
	b.Helper()
	for i, p := range pairs {
		n := (want - have + len(pairs) - 1 - i) / len(pairs)
		rings = append(rings, p.rings(b, fmt.Sprintf("ring-%d-of-%d", i+1, want), n)...)
	}
	return rings
}

// cost is what the program costs while it waits: memory, requests per second, and watches.
func (w *world) cost(b *testing.B, tally *tally, used *memory) []any {
	b.Helper()
	before, began := tally.read(b), time.Now()
	settled := float64(used.settled(b)) / megabyte
	after := tally.read(b)
	return []any{settled, float64(after-before) / time.Since(began).Seconds(), tally.open()}
}

// want begins with a revision everywhere, and waits until every gate waits for nothing but the first CassandraCluster.
func (w *world) want(b *testing.B, rings []*ring, revision string) {
	b.Helper()
	held := expect(b, w.here, len(rings), "held for what is at work there", heldFor(revision))
	each(b, len(rings), func(ctx context.Context, i int) error { return rings[i].want(ctx, revision) })
	held()
}

// turn is when a CassandraCluster turned ready: when the write was sent, and when it was answered.
type turn struct{ sent, answered time.Time }

// readyAtOnce makes all first CassandraClusters ready, and returns when that was and when each gate was seen to be open.
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

// oneByOne opens one gate after the other, and returns how long each took from before the write and from the answer to it.
func (w *world) oneByOne(b *testing.B, rings []*ring, revision string, before func(*ring)) (opened, answered durations) {
	b.Helper()
	sightings, stop := watchGates(b, w.here, openFor(revision))
	defer stop()
	for _, r := range rings {
		before(r)
		turned, err := r.ready(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		seen := next(b, sightings, "open").at
		opened, answered = append(opened, seen.Sub(turned.sent)), append(answered, seen.Sub(turned.answered))
	}
	return opened, answered
}

// latency opens one gate after the other, each after a bare round trip between the same clusters.
func (w *world) latency(b *testing.B, results *table, rings []*ring) {
	b.Helper()
	bounces := map[string]*bounce{}
	for _, there := range w.remotes {
		bounces[there.Name] = newBounce(b, there, w.here)
	}
	var bare durations
	opened, answered := w.oneByOne(b, rings, slow, func(r *ring) { bare = append(bare, bounces[r.sides[0].name].once(b)) })
	results.spread("ready there to open here, one by one", opened, 50*time.Millisecond, 150*time.Millisecond)
	results.spread("the same from the answer to the write", answered, 0, 0)
	results.spread("a bare watch and patch", bare, 0, 0)
	results.add("gate to bare, median", float64(opened.quantile(0.5))/float64(bare.quantile(0.5)), "", 0)
	record.samples("the gate opens, 500 gates", opened)
	record.samples("a bare watch and patch", bare)
}

// burst opens all gates at once.
func (w *world) burst(b *testing.B, results *table, rings []*ring) {
	b.Helper()
	turns, open := w.readyAtOnce(b, rings, burst)
	var own durations
	begin, lastTurn, lastOpen := turns[0].sent, turns[0].sent, time.Time{}
	for i, r := range rings {
		seen := open[r.name]
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
