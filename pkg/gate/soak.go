package gate

import (
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// Soak counts since when a CassandraCluster has been ready without a break. Its zero value has seen nothing.
//
// CassKop may be blind to a change for some seconds although it has taken in the spec, and a change of the seeds alone does not
// touch the spec. So the count begins anew with each revision, not only when the object is seen not to be ready.
type Soak struct {
	// Since is since when; zero if the object is not ready.
	Since time.Time

	uid, revision string
	generation    int64
}

// Next is the soak after the watch brought this state of the object; nil if it is gone. Without a status subresource each change of
// spec or status moves the generation by one, so a step of more hides states that were not seen, and the count begins anew.
func (s Soak) Next(object map[string]any, now time.Time) Soak {
	if !casskop.ReadinessOf(object).Ready {
		return Soak{}
	}
	uid, generation := casskop.Identity(object)
	if uid == "" || generation <= 0 {
		return Soak{} // nothing could be told apart
	}
	next := Soak{Since: now, uid: uid, revision: revision(object), generation: generation}
	step := generation - s.generation
	if !s.Since.IsZero() && s.uid == uid && s.revision == next.revision && (step == 0 || step == 1) {
		next.Since = s.Since
	}
	return next
}

// Of is since when this very state of the object has been ready: zero if the watch has not brought it yet. It is asked with what a
// confirming read returned, which a lagging watch must not vouch for.
func (s Soak) Of(object map[string]any) time.Time {
	uid, generation := casskop.Identity(object)
	if s.Since.IsZero() || s.uid != uid || s.revision != revision(object) || s.generation != generation {
		return time.Time{}
	}
	return s.Since
}
