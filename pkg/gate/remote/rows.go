package remote

import (
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// cassandra is what is kept of a CassandraCluster.
type cassandra struct {
	sight gate.Sight
	soak  gate.Soak
}

func nextCassandra(before cassandra, sight gate.Sight, now time.Time) cassandra {
	return cassandra{sight, before.soak.Next(sight, now)}
}

// wish is what is kept of a Gate: what it wants, and since when it has been seen to.
type wish struct {
	revision   string
	uid        string
	generation int64
	since      time.Time
}

func nextWish(before, after wish, now time.Time) wish {
	after.since = before.sinceOf(after)
	if after.since.IsZero() {
		after.since = now
	}
	return after
}

func wishOf(object map[string]any) wish {
	revision, _, _ := unstructured.NestedString(object, "spec", "revision") // none that can be read equals no revision
	uid, generation := casskop.Identity(object)
	return wish{revision: gate.Brief(revision), uid: gate.Brief(uid), generation: generation}
}

// sinceOf is since when the state that a read returned has been seen: zero if it is not this one.
func (w wish) sinceOf(read wish) time.Time {
	if read.uid == "" || w.uid != read.uid || w.generation != read.generation {
		return time.Time{}
	}
	return w.since
}
