package bed

import (
	"testing"
	"time"
)

// WaitFor looks every 20 ms at first, and more seldom the longer it takes, up to 0.5 s, until look says true. After timeout the test fails
// with the reason that look gave last; what says what was waited for, as in "the gate is open".
func WaitFor(t testing.TB, timeout time.Duration, what string, look func() (bool, string)) {
	t.Helper()
	for began := time.Now(); ; {
		found, reason := look()
		if found {
			return
		}
		waited := time.Since(began)
		if waited > timeout {
			t.Fatalf("waited %s until %s: %s", timeout, what, reason)
		}
		<-time.After(min(max(waited/20, 20*time.Millisecond), 500*time.Millisecond))
	}
}
