// Package chronicle tells from the audit logs of the API servers what became of rings, and judges it by the invariants of the protocol. The
// gate's word counts for nothing in it.
package chronicle

import (
	"slices"
	"time"
)

// span is when something happened, as an audit log tells it: not before the request came, and not after it was answered.
type span struct{ from, to time.Time }

// never is when the last state of an object ends.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Chronicle is what became of one ring: each state of its Gates and CassandraClusters, by cluster in the order of the rollout.
type Chronicle struct {
	name      string
	names     []string // of the clusters
	stableFor time.Duration
	gates     [][]wanted
	clusters  [][]carried
}

// wanted is a state of a Gate. It begins in its span and ends in that of the next one.
type wanted struct {
	span
	generation int64
	revision   string
	waitFor    map[string]bool // the clusters that it names; nil: all others
	open       bool            // its status says so; nothing but the latch is judged by it
}

// carried is a state of a CassandraCluster.
type carried struct {
	span
	revision string
	ready    bool // by casskop.ReadinessOf
}

// wishes are the states of a Gate in which it wants something else than before, whatever its status said meanwhile.
func (c *Chronicle) wishes(cluster int) []wanted {
	return slices.CompactFunc(slices.Clone(c.gates[cluster]), func(a, b wanted) bool { return a.generation == b.generation })
}

// takes are the indexes of states of a CassandraCluster with which it took a revision.
func (c *Chronicle) takes(cluster int) (takes []int) {
	before := ""
	for k, state := range c.clusters[cluster] {
		if state.revision != before {
			takes = append(takes, k)
		}
		before = state.revision
	}
	return takes
}

// through is the index of the first state from k on in which the CassandraCluster is ready: it has taken in what it took at k, or what
// it took since, and has come up with it. Pods that go down later do so by themselves. It is past the end if there is none.
func (c *Chronicle) through(cluster, k int) int {
	for states := c.clusters[cluster]; k < len(states) && !states[k].ready; {
		k++
	}
	return k
}

// spanOf is when a state begins; that of an index past the end is never.
func spanOf(states []carried, k int) span {
	if k < len(states) {
		return states[k].span
	}
	return span{never, never}
}

// endOf is when a wish ends.
func endOf(wishes []wanted, k int) span {
	if k+1 < len(wishes) {
		return wishes[k+1].span
	}
	return span{never, never}
}

// Last is what the CassandraCluster of a cluster, counted from 0, carries in the end, and whether it is ready; empty if there was none.
func (c *Chronicle) Last(cluster int) (revision string, ready bool) {
	states := c.clusters[cluster]
	if len(states) == 0 {
		return "", false
	}
	last := states[len(states)-1]
	return last.revision, last.ready
}

// Followed are the times from the moment at which a cluster became ready with a revision to that at which the next one took it.
func (c *Chronicle) Followed() (times []time.Duration) {
	for i := 1; i < len(c.clusters); i++ {
		for _, k := range c.takes(i) {
			write, ready := c.clusters[i][k], time.Time{}
			for n, state := range c.clusters[i-1] {
				before := carried{}
				if n > 0 {
					before = c.clusters[i-1][n-1]
				}
				if became := state.ready && state.revision == write.revision && (!before.ready || before.revision != state.revision); became && state.to.Before(write.to) {
					ready = state.to
				}
			}
			if !ready.IsZero() {
				times = append(times, write.to.Sub(ready).Round(time.Millisecond))
			}
		}
	}
	return times
}
