package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

const (
	leastSamples = 20
	// medianLimit is for half of the openings, from the previous cluster ready to the next CassandraCluster applied.
	medianLimit = time.Second
	// slowdown is how much of Flux's own time an opening may take, where that is more than medianLimit: other tests run beside this one.
	slowdown = 4
	// Multi-CassKop's medians, measured with its own operator on the same kind of machine, as its documentation sets it up.
	multiCassKopCreate, multiCassKopUpdate = 14100 * time.Millisecond, 19800 * time.Millisecond
)

// playSpeed takes a ring through changes that CassKop takes in without restarting a pod, and reads from the audit logs how soon each
// cluster followed the one before. No other scenario is played meanwhile.
func playSpeed(t *testing.T, sites []*fleet.Site) {
	m := small("speed")
	p := created(t, m, sites)
	taken, deletePVC := 3, false
	var flux []time.Duration
	for taken/3*2 < leastSamples {
		deletePVC = !deletePVC
		m.Spec["deletePVC"] = deletePVC
		p.rollOut(t)
		taken += 3
		if len(flux) < 3 {
			flux = append(flux, p.fluxTime(t, p.Members[1]))
		}
	}
	p.judge(t, taken)
	samples := p.scribe.Chronicles(func(string) time.Duration { return 0 })[p.Name].Followed()
	if len(samples) < leastSamples {
		t.Fatalf("%d samples, want %d", len(samples), leastSamples)
	}
	slices.Sort(samples)
	t.Logf("from a cluster ready to the next one applied: min %s, median %s, max %s (n=%d); Flux alone, asked for the same two reconciles: median %s; "+
		"Multi-CassKop, measured apart: median %s to create, %s to update",
		samples[0], median(samples), samples[len(samples)-1], len(samples), median(flux), multiCassKopCreate, multiCassKopUpdate)
	if limit := max(medianLimit, slowdown*median(flux)); median(samples) > limit {
		t.Errorf("the median is %s, want at most %s: %v", median(samples), limit, samples)
	}
}

func median(times []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(times))[len(times)/2]
}

// fluxTime is how long Flux takes for the two reconciles of an opening, where there is nothing to change.
func (p *play) fluxTime(t *testing.T, m *fleet.Member) time.Duration {
	t.Helper()
	began := time.Now()
	m.Flux.Reconcile(t, p.Name+"-gate")
	m.Flux.Reconcile(t, p.Name)
	return time.Since(began).Round(time.Millisecond)
}
