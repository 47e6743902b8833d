package seeds

import (
	"context"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// inquiry is what is asked under one key, and the answer. Checker.mu guards what changes.
type inquiry struct {
	hosts  []string // in order, each once
	port   int32
	cancel context.CancelFunc

	asking  bool // there are rounds to come
	answer  gate.SeedAnswer
	message string
	at      time.Time
}

// pursue asks round after round until a seed answers or nobody wants to know any more.
func (c *Checker) pursue(ctx context.Context, key string, q *inquiry) {
	defer q.cancel()
	for {
		answer, message := c.round(ctx, q.hosts, q.port)
		if c.record(key, q, answer, message) {
			c.changed(key)
		}
		if answer == gate.SeedsAnswered || !c.pause(ctx) {
			return
		}
	}
}

// pause waits until it is time to ask again; false: nobody wants to know any more.
func (c *Checker) pause(ctx context.Context) bool {
	timer := c.clock.NewTimer(Again)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C():
		return true
	}
}

// record keeps the outcome of a round, unless it is not wanted any more, and says whether that changed the answer.
func (c *Checker) record(key string, q *inquiry, answer gate.SeedAnswer, message string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked[key] != q {
		return false
	}
	oldAnswer, oldMessage := c.known(q)
	q.answer, q.message, q.at = answer, message, c.clock.Now()
	q.asking = answer != gate.SeedsAnswered
	return answer != oldAnswer || message != oldMessage
}

// known is what an inquiry is worth now; nil: nothing was asked.
func (c *Checker) known(q *inquiry) (gate.SeedAnswer, string) {
	switch {
	case q != nil && len(q.hosts) == 0:
		return gate.SeedsSilent, "spec.seeds.hosts is empty"
	case q == nil || !c.fresh(q):
		return gate.SeedsNotAsked, "the seeds were not asked yet"
	}
	return q.answer, q.message
}

// fresh says whether the answer counts still; the zero time of one that is not there yet is long ago.
func (c *Checker) fresh(q *inquiry) bool {
	return c.clock.Since(q.at) <= FreshFor
}
