package life

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/controller"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/seeds"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/chronicle"
)

// jump is by how much clocks jump: more than an answer counts (gate.FreshFor), and less than a token lasts.
const jump = 30 * time.Minute

// byHand is a controller in this process that looks when it is told to, by a clock of the test, with its real rights.
type byHand struct {
	*bed.Cluster
	key        client.ObjectKey
	reconciler *controller.Reconciler
}

func newByHand(t *testing.T, c *bed.Cluster, key client.ObjectKey, clock clock.WithTickerAndDelayedExecution) *byHand {
	t.Helper()
	identity := c.GateIdentity(t)
	own, err := client.New(identity, client.Options{Scheme: bed.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	clusters, err := remote.New(t.Context(), identity, false, clock, func(types.NamespacedName) {})
	if err != nil {
		t.Fatal(err)
	}
	return &byHand{c, key, &controller.Reconciler{
		Client: watching{own, c.Client}, Clusters: clusters, Seeds: seeds.New(clock, func(string) {}), Events: &events.FakeRecorder{}, Clock: clock,
	}}
}

// watching reads Gates as the administrator, in place of the watch of a controller, which has no right to get them.
type watching struct {
	client.Client
	gates client.Reader
}

func (w watching) Get(ctx context.Context, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
	return w.gates.Get(ctx, key, o, options...)
}

// look has it look at its Gate, and returns what the Gate says then.
func (h *byHand) look(t *testing.T) string {
	t.Helper()
	if _, err := h.reconciler.Reconcile(context.WithoutCancel(t.Context()), reconcile.Request{NamespacedName: h.key}); err != nil {
		t.Fatal(err)
	}
	return bed.Says(h.Gate(t, h.key))
}

// until has it look until the Gate says one of some things; before each look it does something else.
func (h *byHand) until(t *testing.T, before func(), want ...string) {
	t.Helper()
	bed.WaitFor(t, soon, fmt.Sprintf("%s says %q", h.Name, want), func() (bool, string) {
		before()
		found := h.look(t)
		return slices.Contains(want, found), found
	})
}

// begins has it look until all that it looks at has answered. No time passes: nothing has settled.
func (h *byHand) begins(t *testing.T) {
	t.Helper()
	h.until(t, still, "held: "+gate.ReasonSettling)
	bed.WaitFor(t, soon, h.Name+" has seen all clusters", func() (bool, string) {
		return !h.reconciler.Clusters.Connecting(h.Gate(t, h.key)), "not yet"
	})
	h.stays(t, "held: "+gate.ReasonSettling)
}

// still: time does not pass.
func still() {}

// stays has it look now, and fails if the Gate says something else.
func (h *byHand) stays(t *testing.T, want string) {
	t.Helper()
	if found := h.look(t); found != want {
		t.Errorf("%s says %q, want %q", h.Name, found, want)
	}
}

// wallClock is the clock of a machine whose time of day is set: the wall reading of its times moves, and the monotonic reading, which the
// kernel keeps, does not. A test cannot set the time of day of a process, so it moves the reading where Go has it: in package time, of
// a time with a monotonic reading, bits 30 to 62 of the first word are the seconds of the wall clock.
type wallClock struct {
	clock.RealClock
	ahead atomic.Int64 // in seconds
}

func (c *wallClock) Now() time.Time {
	now := time.Now()
	*(*uint64)(unsafe.Pointer(&now)) += uint64(c.ahead.Load()) << 30
	return now
}

func (c *wallClock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

func (c *wallClock) setAhead(by time.Duration) { c.ahead.Store(int64(by / time.Second)) }

func TestWallClockIsAheadAndItsTimesAreNot(t *testing.T) {
	c := &wallClock{}
	before := c.Now()
	c.setAhead(jump)
	after := c.Now()
	if passed := after.Sub(before); passed < 0 || passed > jump/2 {
		t.Errorf("%s passed", passed)
	}
	if passed := after.Round(0).Sub(before.Round(0)); passed < jump || passed > 2*jump {
		t.Errorf("the time of day moved by %s", passed)
	}
}

// testTimeOfDayIsSet takes a ring through its creation and a change, while the time of day jumps forward and back all the
// time. Nothing opens early, and nothing opens late.
func testTimeOfDayIsSet(t *testing.T) {
	const namespace, stableFor = "life-time-of-day", 2 * time.Second
	scribe := chronicle.NewScribe(t, namespace, clusters...)
	tree := bed.RingOver(t, clusters, namespace, func(config *v1alpha1.RenderConfig) { config.Gate.StableFor.Duration = stableFor })
	r, c := newLifeRing(t, tree, clusters...), &wallClock{}
	var hands []*byHand
	for _, cluster := range clusters {
		hands = append(hands, newByHand(t, cluster, tree.Key(), c))
	}
	lookAll := func() {
		for _, h := range hands {
			c.setAhead(jump - time.Duration(c.ahead.Load())*time.Second)
			h.look(t)
		}
	}
	for commit, revision := range []string{tree.Revision, "00000000"} {
		r.commit(revision)
		for _, site := range r.sites {
			site.must(t, site.deliver(r, commit))
		}
		for i, h := range hands {
			began := time.Now()
			h.until(t, lookAll, "open: "+gate.ReasonRuleMet)
			t.Logf("%s, cluster %d open after %s", revision, i+1, time.Since(began).Round(10*time.Millisecond))
			r.come(t, i, revision)
		}
	}
	scribe.Read(t)
	judged := scribe.Chronicles(func(string) time.Duration { return stableFor })[namespace].Judge()
	for _, v := range judged.Violations {
		t.Error(v)
	}
	if judged.Taken != 6 {
		t.Errorf("%d revisions taken, want 6", judged.Taken)
	}
}

// testTimeItselfJumps has time jump, with the monotonic reading, as it may when a machine is put to sleep or moved. What is in the future
// does not count, and what is long ago must be seen anew.
func testTimeItselfJumps(t *testing.T) {
	const namespace, stableFor = "life-time", time.Minute
	tree := bed.RingOver(t, clusters, namespace, func(config *v1alpha1.RenderConfig) { config.Gate.StableFor.Duration = stableFor })
	r, c := newLifeRing(t, tree, clusters...), clocktesting.NewFakeClock(time.Now())
	passing := func() { c.Step(time.Second) }

	first := newByHand(t, clusters[0], tree.Key(), c)
	first.begins(t)
	c.Step(-jump)
	first.stays(t, "held: "+gate.ReasonSettling)
	c.Step(jump + gate.Settle - 1)
	first.stays(t, "held: "+gate.ReasonSettling)
	c.Step(1)
	first.until(t, still, "open: "+gate.ReasonRuleMet)

	second := newByHand(t, clusters[1], tree.Key(), c)
	second.begins(t)
	c.Step(gate.Settle)
	second.until(t, still, "held: "+gate.ReasonNotCreated)
	r.come(t, 0, tree.Revision)
	second.until(t, still, "held: "+gate.ReasonSoaking)
	c.Step(-jump)
	second.stays(t, "held: "+gate.ReasonSettling) // its own Gate has changed in the future
	c.Step(jump + stableFor - 1)
	second.stays(t, "held: "+gate.ReasonSoaking)
	c.Step(1)
	second.until(t, still, "open: "+gate.ReasonRuleMet)
	r.come(t, 1, tree.Revision)

	proxy := bed.NewProxy(t, clusters[0])
	tree.ConnectAs(t, clusters[2], clusters[0].Name, proxy.Config(clusters[0].ReaderIdentity(t, namespace)))
	third := newByHand(t, clusters[2], tree.Key(), c)
	third.begins(t)
	c.Step(gate.Settle)
	third.until(t, still, "held: "+gate.ReasonSoaking)
	proxy.Set(t, bed.Silent)
	c.Step(jump)
	third.until(t, passing, "held: "+remote.ReasonNotAnswering, "held: "+remote.ReasonConnectionFailed)
	proxy.Set(t, bed.Pass)
	third.until(t, passing, "open: "+gate.ReasonRuleMet)
}

// testClockIsFastAtFirst: a machine may start with a wrong time of day, by which tokens have expired, and be told the right one some
// seconds later.
func testClockIsFastAtFirst(t *testing.T) {
	tree := bed.RingOver(t, clusters, "life-fast", nil)
	c := &wallClock{}
	c.setAhead(4 * jump)
	h := newByHand(t, clusters[0], tree.Key(), c)
	h.until(t, still, "held: "+remote.ReasonTokenExpired)
	c.setAhead(0)
	began := time.Now()
	h.until(t, still, "open: "+gate.ReasonRuleMet)
	t.Logf("open %s after the time of day is right, with %s to settle", time.Since(began).Round(10*time.Millisecond), gate.Settle)
}
