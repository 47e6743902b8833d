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
	// Multi-CassKop's medians, measured with its own operator on the same kind of machine, as its documentation sets it up.
	multiCassKopCreate, multiCassKopUpdate = 14100 * time.Millisecond, 19800 * time.Millisecond
)

// playSpeed takes a ring through changes that CassKop takes in without restarting a pod, and reads from the audit logs how soon each
// cluster followed the one before.
func playSpeed(t *testing.T, sites []*fleet.Site) {
	m := small("speed")
	p := created(t, m, sites)
	taken, deletePVC := 3, false
	for taken/3*2 < leastSamples {
		deletePVC = !deletePVC
		m.Spec["deletePVC"] = deletePVC
		p.rollOut(t)
		taken += 3
	}
	p.judge(t, taken)
	samples := p.scribe.Chronicles(func(string) time.Duration { return 0 })[p.Name].Followed()
	slices.Sort(samples)
	if len(samples) < leastSamples {
		t.Fatalf("%d samples, want %d", len(samples), leastSamples)
	}
	median := samples[len(samples)/2]
	t.Logf("from a cluster ready to the next one applied: min %s, median %s, max %s (n=%d); Multi-CassKop: median %s to create, %s to update",
		samples[0], median, samples[len(samples)-1], len(samples), multiCassKopCreate, multiCassKopUpdate)
	if median > medianLimit {
		t.Errorf("the median is %s, want at most %s: %v", median, medianLimit, samples)
	}
}
