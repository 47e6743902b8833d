package bed

import (
	"testing"
	"time"
)

// WaitFor looks every 20 ms until look says true. After timeout the test fails with the reason that look gave last; what says
// what was waited for, as in "the gate is open".
func WaitFor(t testing.TB, timeout time.Duration, what string, look func() (bool, string)) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(timeout); ; <-tick.C {
		found, reason := look()
		if found {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited %s until %s: %s", timeout, what, reason)
		}
	}
}
