package webhook

import (
	"bytes"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"
)

// TestACertificateIsServedOnceItIsTrusted: the first one at once, another one when every API server has heard of its authority. All else is in
// test/policy, on an API server.
func TestACertificateIsServedOnceItIsTrusted(t *testing.T) {
	now := clocktesting.NewFakeClock(time.Now())
	first, second := made(t, now.Now()), made(t, now.Now())
	c := &Certificates{Clock: now}
	if _, err := c.GetCertificate(nil); err == nil || c.Ready(nil) == nil {
		t.Error("without a certificate: want an error, and not ready")
	}
	steps := []struct {
		after        time.Duration
		offered      pair
		served       pair
		againWithin  time.Duration
		whatHappened string
	}{
		{0, first, first, recheck, "the first one comes"},
		{time.Hour, second, first, spread, "another one comes"},
		{spread - time.Second, second, first, time.Second, "a second too early"},
		{time.Second, second, second, recheck, "every API server has heard"},
		{time.Second, first, second, spread, "it is taken back"},
		{time.Second, second, second, recheck, "and given again"},
	}
	for _, step := range steps {
		now.Step(step.after)
		again, err := c.serve(step.offered)
		if err != nil || again != step.againWithin {
			t.Errorf("%s: want to look again after %s, got %s, %v", step.whatHappened, step.againWithin, again, err)
		}
		if !bytes.Equal(step.served.cert, c.of.cert) {
			t.Errorf("%s: the wrong one is served", step.whatHappened)
		}
	}
}
