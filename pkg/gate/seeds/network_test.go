package seeds_test

import (
	"context"
	"maps"
	"net"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/utils/clock"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/seeds"
)

// network is one that exists in a test alone, so that its time can be the test's. A host answers, refuses, or, without an entry, is
// silent until whoever asks gives up.
type network struct {
	mu      sync.Mutex
	answers map[string]bool // by address
	asked   map[string][]time.Duration
	begin   time.Time
	now     int // being asked
	most    int // ever asked at once
}

func newNetwork(answers map[string]bool) *network {
	return &network{answers: answers, asked: map[string][]time.Duration{}, begin: time.Now()}
}

func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	answers, known := n.enter(address)
	defer n.leave()
	switch {
	case answers:
		here, there := net.Pipe()
		return here, there.Close()
	case known:
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

func (n *network) enter(address string) (answers, known bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked[address] = append(n.asked[address], time.Since(n.begin))
	n.now++
	n.most = max(n.most, n.now)
	answers, known = n.answers[address]
	return answers, known
}

func (n *network) leave() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now--
}

func (n *network) set(address string, answers bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answers[address] = answers
}

// times are when each address was asked.
func (n *network) times() map[string][]time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.asked)
}

// asking is the number of questions that are under way.
func (n *network) asking() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now
}

// lab is a Checker in a network of the test's own, and when it said that an answer changed.
type lab struct {
	*seeds.Checker
	net     *network
	mu      sync.Mutex
	changes map[string][]time.Duration
}

// inLab runs a test in time of its own: it moves on when all wait. It also fails if anything still runs after Close.
func inLab(t *testing.T, answers map[string]bool, test func(t *testing.T, l *lab)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &lab{net: newNetwork(answers), changes: map[string][]time.Duration{}}
		l.Checker = seeds.New(clock.RealClock{}, func(key string) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.changes[key] = append(l.changes[key], time.Since(l.net.begin))
		})
		l.SetDial(l.net.dial)
		defer l.Close()
		test(t, l)
	})
}

// pass lets time pass, and all that is due then happen. In a bubble of synctest that is how its clock is moved on: nobody waits.
func (l *lab) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (l *lab) wantAnswer(t *testing.T, key string, want gate.SeedAnswer, wantMessage string) {
	t.Helper()
	got, message := l.Answer(key)
	if got != want || message != wantMessage {
		t.Errorf("after %s: want answer %d, %q, got %d, %q", time.Since(l.net.begin), want, wantMessage, got, message)
	}
}

// wantAsked compares when addresses were asked.
func (l *lab) wantAsked(t *testing.T, want map[string][]time.Duration) {
	t.Helper()
	if diff := cmp.Diff(want, l.net.times()); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func (l *lab) wantChanges(t *testing.T, key string, want ...time.Duration) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if diff := cmp.Diff(want, slices.Clone(l.changes[key])); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}
