package notify

import "time"

const (
	// Shortest is the time between two looks while a Tool is at work: its part takes 0.1 s or more.
	Shortest = 50 * time.Millisecond
	// Longest is the longest time between two looks or two steps: render's retryInterval, after which Flux tries by itself.
	Longest = 10 * time.Minute
	// firstPause is how long after a step that did not help the next one is taken.
	firstPause = 500 * time.Millisecond
	// patience is the part of its age that is waited until the next look at what is under way.
	patience = 8
)

// Look is the time until the next look at what has been under way for so long.
func Look(age time.Duration) time.Duration {
	return min(max(age/patience, Shortest), Longest)
}

// Pause is the time after a step, or a failure, that long after the Gate opened. Each pause is about as long as all before it
// together, so they double.
func Pause(sinceOpened time.Duration) time.Duration {
	return min(max(sinceOpened, firstPause), Longest)
}
