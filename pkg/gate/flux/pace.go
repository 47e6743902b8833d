package flux

import "time"

const (
	// shortest is the time between two looks while Flux is at work: its part takes 0.1 s or more.
	shortest = 50 * time.Millisecond
	// firstPause is how long after a request that did not help the next one is made.
	firstPause = 500 * time.Millisecond
	// longest is the longest time between two looks or two requests: render's retryInterval, after which Flux tries by itself.
	longest = 10 * time.Minute
	// patience is the part of the age of a request that is waited until the next look at it.
	patience = 8
)

// wait is how long to wait until the next look at a Kustomization that is not done; 0 if a reconcile must be asked for now.
//
// It is told by the times in the cluster alone, so that a restart neither forgets a request nor repeats it.
func (k kustomization) wait(opened, now time.Time) time.Duration {
	asked := k.asked(opened, now)
	switch {
	case k.Spec.Suspend:
		return longest
	case asked.IsZero():
		return 0
	case k.pending():
		return min(max(now.Sub(asked)/patience, shortest), longest)
	default:
		return max(asked.Add(between(asked.Sub(opened))).Sub(now), 0)
	}
}

// between is the pause after a request, or a failure, that long after the Gate opened. Each pause is about as long as all before it
// together, so they double.
func between(sinceOpened time.Duration) time.Duration {
	return min(max(sinceOpened, firstPause), longest)
}
