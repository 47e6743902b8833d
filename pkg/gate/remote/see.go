package remote

import (
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

var noExpiry time.Time

// SeeHere is what the watch last brought of the CassandraCluster that a Gate holds. An unknown one comes with the reason in words.
func (c *Clusters) SeeHere(g *v1alpha1.Gate) (gate.Sight, string) {
	i := c.interestHere(g)
	seen := c.here.cassandra(i.place, i.object)
	if seen.failure != nil {
		return gate.Sight{}, seen.failure.Message
	}
	return sightOf(seen), ""
}

// SeeOthers is what the watches last brought of the clusters that a Gate waits for, by cluster.
func (c *Clusters) SeeOthers(g *v1alpha1.Gate) map[string]gate.Other {
	others := map[string]gate.Other{}
	for _, w := range g.Spec.WaitFor {
		others[w.Cluster] = c.see(g, w)
	}
	return others
}

func (c *Clusters) see(g *v1alpha1.Gate, w v1alpha1.WaitFor) gate.Other {
	at := c.clusterOf(g, w)
	if at == nil {
		return gate.Other{Failure: connecting.Reason, FailureMessage: connecting.Message}
	}
	i := interestInCassandra(g, w)
	seen := at.cassandra(i.place, i.object)
	other := gate.Other{Cluster: sightOf(seen), ReadySince: seen.row.soak.Since, LastSeen: seen.seen}
	failure := seen.failure
	if g.Spec.Serialize != v1alpha1.SerializeChain {
		i = interestInWish(g, w)
		wished := at.wish(i.place, i.object)
		other.Gate, other.Wants, other.WantsSince = presenceOf(wished.synced, wished.there), wished.row.revision, wished.row.since
		other.LastSeen = earlier(other.LastSeen, wished.seen)
		if failure == nil {
			failure = wished.failure
		}
	}
	if failure != nil {
		other.Failure, other.FailureMessage = failure.Reason, failure.Message
	}
	return other
}

// Connecting says whether something that a Gate looks at has neither answered nor failed yet. It lasts for seconds.
func (c *Clusters) Connecting(g *v1alpha1.Gate) bool {
	here := c.interestHere(g)
	if c.here.cassandra(here.place, here.object).failure == &connecting {
		return true
	}
	for _, w := range g.Spec.WaitFor {
		if c.see(g, w).Failure == connecting.Reason {
			return true
		}
	}
	return false
}

// Expires is when the credentials for a cluster that a Gate waits for end; zero if that is not known, or never.
func (c *Clusters) Expires(g *v1alpha1.Gate, w v1alpha1.WaitFor) time.Time {
	at := c.clusterOf(g, w)
	if at == nil {
		return noExpiry
	}
	at.mu.Lock()
	defer at.mu.Unlock()
	return at.expires
}

func (c *Clusters) clusterOf(g *v1alpha1.Gate, w v1alpha1.WaitFor) *cluster {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at(secretOf(g, w))
}

func sightOf(seen view[cassandra]) gate.Sight {
	if presenceOf(seen.synced, seen.there) == gate.Absent {
		return gate.SightOf(nil)
	}
	return seen.row.sight
}

func presenceOf(synced, there bool) gate.Presence {
	switch {
	case !synced:
		return gate.Unknown
	case !there:
		return gate.Absent
	}
	return gate.Present
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
