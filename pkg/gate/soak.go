package gate

import "time"

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

// Next is the soak after the watch brought this state of the object. Without a status subresource each change of
// spec or status moves the generation by one, so a step of more hides states that were not seen, and the count begins anew.
func (s Soak) Next(seen Sight, now time.Time) Soak {
	if !seen.Readiness.Ready {
		return Soak{}
	}
	if seen.UID == "" || seen.Generation <= 0 {
		return Soak{} // nothing could be told apart
	}
	next := Soak{Since: now, uid: seen.UID, revision: seen.Revision, generation: seen.Generation}
	step := next.generation - s.generation
	if !s.Since.IsZero() && s.uid == next.uid && s.revision == next.revision && (step == 0 || step == 1) {
		next.Since = s.Since
	}
	return next
}

// Of is since when this very state of the object has been ready: zero if the watch has not brought it yet. It is asked with what a
// confirming read returned, which a lagging watch must not vouch for.
func (s Soak) Of(read Sight) time.Time {
	if s != (Soak{Since: s.Since, uid: read.UID, revision: read.Revision, generation: read.Generation}) {
		return time.Time{}
	}
	return s.Since
}
