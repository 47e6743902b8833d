package remote

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
)

var gates = place{gatesResource, "ns"}

// reason is why an object cannot be seen; empty if it can.
func reason(c *cluster, name string) string {
	if failure := c.wish(gates, named(name)).failure; failure != nil {
		return failure.Reason
	}
	return ""
}

// TestFailureOfCredentials lasts until there is an answer with others. It is not for the old ones to say when they end.
func TestFailureOfCredentials(t *testing.T) {
	clock := clocktesting.NewFakeClock(noon)
	told := make(chan place, 100)
	c := newCluster(clock, func(at place, _ types.NamespacedName) { told <- at })
	c.followWishes(gates)
	expect := func(what, want string) {
		t.Helper()
		if got := reason(c, "a"); got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	expect("nothing was tried yet", ReasonConnecting)
	c.disconnect(Failure{ReasonSecretMissing, "there is none"}, noExpiry)
	expect("no Secret", ReasonSecretMissing)
	if at := <-told; at != gates {
		t.Errorf("told who looks at %v", at)
	}
	dead := func(lifetime time.Duration) {
		connection, err := dial(tcp(drain)(t))
		if err != nil {
			t.Fatal(err)
		}
		c.connect(t.Context(), connection, clock.Now().Add(lifetime), Failure{ReasonTokenExpired, "it expired"})
	}
	dead(time.Minute)
	expect("connected, and nothing was answered", ReasonSecretMissing)
	clock.Step(59 * time.Second)
	expect("about to expire", ReasonSecretMissing)
	clock.Step(time.Second)
	eventually(t, func() bool { return reason(c, "a") == ReasonTokenExpired })
	if c.expires != noon.Add(time.Minute) {
		t.Errorf("it expired at %s", c.expires)
	}
	dead(time.Minute)
	c.disconnect(Failure{ReasonSecretMissing, "it was deleted"}, noExpiry)
	clock.Step(time.Hour)
	expect("the old credentials expired after they were taken away", ReasonSecretMissing)
	if !c.expires.IsZero() {
		t.Errorf("there are no credentials, and they expire at %s", c.expires)
	}
	dead(time.Minute)
	dead(time.Hour)
	clock.Step(2 * time.Minute)
	expect("the old credentials expired after they were replaced", ReasonSecretMissing)
}

// TestWhatWasSeenStays when a connection is replaced, and is seen again when the failure is over.
func TestWhatWasSeenStays(t *testing.T) {
	server := newAPIServer(t, map[string][]any{"gates": {wanting("a", "1").Object}})
	clock := clocktesting.NewFakeClock(noon)
	told := make(chan struct{}, 100)
	c := newCluster(clock, func(place, types.NamespacedName) { told <- struct{}{} })
	c.followWishes(gates)
	reconnect := func() {
		connection, err := dial(configOf(server.Server))
		if err != nil {
			t.Fatal(err)
		}
		c.connect(t.Context(), connection, noExpiry, Failure{})
	}
	seen := func() bool { return reason(c, "a") == "" && c.wish(gates, named("a")).row.revision == "1" }
	reconnect()
	eventually(t, seen)
	for range 3 {
		reconnect()
		if !seen() {
			t.Error("it is not seen while a connection is replaced")
		}
	}
	c.disconnect(Failure{ReasonSecretMissing, "there is none"}, noExpiry)
	eventually(t, func() bool { return len(server.watches()) == 0 })
	for len(told) > 0 {
		<-told
	}
	reconnect()
	<-told // although nothing has changed but that it is seen
	eventually(t, seen)
}

// eventually waits until something holds.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatal("it did not come about")
		case <-tick.C:
		}
	}
}
