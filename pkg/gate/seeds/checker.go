package seeds

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"k8s.io/utils/clock"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

const (
	// FreshFor is how long an answer counts.
	FreshFor = 10 * time.Second
	// Again is how long after a round without an answer the next one begins.
	Again = 5 * time.Second
)

// Checker keeps what the seeds of many rings answer, each under a key of the caller's. It may be used by many goroutines at once.
type Checker struct {
	clock   clock.Clock
	changed func(key string)
	dial    func(ctx context.Context, network, address string) (net.Conn, error)

	ctx     context.Context // the life of the Checker, not of a request
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu    sync.Mutex
	asked map[string]*inquiry
}

// New makes a Checker that asks nothing yet. It calls changed from a goroutine of its own when a round has changed the answer for a key;
// not when an answer gets too old, nor for what Ask and Forget themselves change. A call may come just after Forget. In changed every
// method may be called but Close.
func New(clock clock.Clock, changed func(key string)) *Checker {
	c := &Checker{clock: clock, changed: changed, dial: (&net.Dialer{}).DialContext, asked: map[string]*inquiry{}}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// Ask begins to ask the hosts, names or addresses, on a TCP port, and returns at once. While none answers they are asked again by
// themselves, until one does or Forget is called. It does nothing if these hosts are being asked already or their answer counts still; other
// hosts or another port begin anew.
func (c *Checker) Ask(key string, hosts []string, port int32) {
	hosts = slices.Compact(slices.Sorted(slices.Values(hosts)))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx.Err() != nil {
		return
	}
	if old := c.asked[key]; old != nil {
		if old.port == port && slices.Equal(old.hosts, hosts) && (old.asking || c.fresh(old)) {
			return
		}
		old.cancel()
	}
	ctx, cancel := context.WithCancel(c.ctx)
	q := &inquiry{hosts: hosts, port: port, cancel: cancel, asking: true}
	c.asked[key] = q
	if len(hosts) > 0 {
		c.running.Go(func() { c.pursue(ctx, key, q) })
	}
}

// Answer is what is known now: not asked (also: not answered yet, or too long ago), silent, or answered. The message says which seed
// answered, or why none did; it is the same as long as the reasons are.
func (c *Checker) Answer(key string) (gate.SeedAnswer, string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known(c.asked[key])
}

// Forget ends what Ask began, and forgets the answer.
func (c *Checker) Forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if q := c.asked[key]; q != nil {
		q.cancel()
		delete(c.asked, key)
	}
}

// Close forgets all keys, and returns once nothing runs any more. A closed Checker asks nothing.
func (c *Checker) Close() {
	c.mu.Lock()
	c.cancel()
	clear(c.asked)
	c.mu.Unlock()
	c.running.Wait()
}
