package remote

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// place is one resource in one namespace; an empty namespace is all of them.
type place struct {
	schema.GroupVersionResource
	namespace string
}

// cluster is one API server, and what is followed there. Its connection may come, go and be replaced; what was seen stays.
type cluster struct {
	clock clock.WithTickerAndDelayedExecution
	// moved is called after something has changed at a place: of one object or, with no name, of the place as a whole
	moved func(place, types.NamespacedName)
	// readers bounds how many gates read from it at a time
	readers *semaphore.Weighted

	mu         sync.Mutex
	ctx        context.Context // ends with the connection
	end        func()
	connection *connection // nil: there are no usable credentials
	failure    *Failure    // why there are none
	unread     *Failure    // why the last read had no answer
	unreadAt   time.Time
	expires    time.Time
	cassandras map[place]*watched[gate.Sight, cassandra]
	wishes     map[place]*watched[wish, wish]
}

// watched is a follower and what ends it; end is nil while there is no connection.
type watched[F any, R comparable] struct {
	*follower[F, R]
	end func()
}

func newCluster(c clock.WithTickerAndDelayedExecution, moved func(place, types.NamespacedName)) *cluster {
	return &cluster{
		clock: c, moved: moved, readers: semaphore.NewWeighted(readers), end: func() {},
		cassandras: map[place]*watched[gate.Sight, cassandra]{}, wishes: map[place]*watched[wish, wish]{},
	}
}

// connect replaces the connection, and begins every watch anew on it. What kept it from connecting counts until there is an answer. Expires
// is when its credentials end, and expired what is said then; zero: never, or not known.
func (c *cluster) connect(ctx context.Context, connection *connection, expires time.Time, expired Failure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	former := c.failure
	c.end()
	c.ctx, c.end = context.WithCancel(ctx)
	context.AfterFunc(c.ctx, connection.close)
	c.connection, c.failure, c.expires, c.unread = connection, nil, expires, nil
	for at, w := range c.cassandras {
		resume(c, at, w, former)
	}
	for at, w := range c.wishes {
		resume(c, at, w, former)
	}
	if !expires.IsZero() {
		present := c.ctx
		timer := c.clock.AfterFunc(expires.Sub(c.clock.Now()), func() { c.expire(present, expired) })
		context.AfterFunc(present, func() { timer.Stop() })
	}
}

// disconnect ends the connection, and says why there is none. Expires is when the credentials ended that there are; zero: there are none.
func (c *cluster) disconnect(why Failure, expires time.Time) {
	c.mu.Lock()
	c.expires = expires
	c.disconnected(why)
}

// expire is disconnect, unless the connection was replaced.
func (c *cluster) expire(connection context.Context, why Failure) {
	c.mu.Lock()
	if connection.Err() != nil {
		c.mu.Unlock()
		return
	}
	c.disconnected(why)
}

// disconnected takes the lock from its caller.
func (c *cluster) disconnected(why Failure) {
	if c.connection == nil && c.failure != nil && *c.failure == why {
		c.mu.Unlock()
		return // it is known
	}
	c.end()
	c.end, c.connection, c.failure = func() {}, nil, &why
	places := c.places()
	c.mu.Unlock()
	for _, at := range places {
		c.moved(at, types.NamespacedName{})
	}
}

// places that are followed. The caller holds the lock.
func (c *cluster) places() []place {
	var places []place
	for at := range c.cassandras {
		places = append(places, at)
	}
	for at := range c.wishes {
		places = append(places, at)
	}
	return places
}

func (c *cluster) followCassandras(at place) {
	follow(c, c.cassandras, at, gate.SightOf, nextCassandra)
}

func (c *cluster) followWishes(at place) {
	follow(c, c.wishes, at, wishOf, nextWish)
}

// unfollow ends the watch at a place.
func (c *cluster) unfollow(at place) {
	c.mu.Lock()
	defer c.mu.Unlock()
	unfollow(c.cassandras, at)
	unfollow(c.wishes, at)
}

func (c *cluster) cassandra(at place, name types.NamespacedName) view[cassandra] {
	return look(c, c.cassandras, at, name)
}

func (c *cluster) wish(at place, name types.NamespacedName) view[wish] {
	return look(c, c.wishes, at, name)
}

func follow[F any, R comparable](c *cluster, all map[place]*watched[F, R], at place, read func(map[string]any) F, next func(R, F, time.Time) R) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if all[at] != nil {
		return
	}
	moved := func(name types.NamespacedName) { c.moved(at, name) }
	all[at] = &watched[F, R]{follower: &follower[F, R]{clock: c.clock, read: read, next: next, moved: moved, rows: map[types.NamespacedName]R{}}}
	if c.connection != nil {
		start(c, at, all[at])
	}
}

// resume is start after the connection was replaced. Former is why there was none; nil: there was one.
func resume[F any, R comparable](c *cluster, at place, w *watched[F, R], former *Failure) {
	if former != nil {
		w.distrust(*former)
	}
	start(c, at, w)
}

// start begins a watch on the present connection; the former one has ended its own. The caller holds the lock.
func start[F any, R comparable](c *cluster, at place, w *watched[F, R]) {
	var ctx context.Context
	ctx, w.end = context.WithCancel(c.ctx) //nolint:gosec // unfollow calls it
	go w.run(ctx, c.connection.server, c.connection.Resource(at.GroupVersionResource).Namespace(at.namespace), "")
}

func unfollow[F any, R comparable](all map[place]*watched[F, R], at place) {
	if w := all[at]; w != nil && w.end != nil {
		w.end()
	}
	delete(all, at)
}

var connecting = Failure{ReasonConnecting, "it has not answered yet"}

// look is what is known of one object. A cluster that cannot be connected to says why in place of its watches.
func look[F any, R comparable](c *cluster, all map[place]*watched[F, R], at place, name types.NamespacedName) view[R] {
	c.mu.Lock()
	failure, w := c.failure, all[at]
	c.mu.Unlock()
	var seen view[R]
	if w != nil {
		seen = w.view(name)
	}
	switch {
	case failure != nil:
		seen.failure = failure
	case seen.failure == nil && !seen.synced:
		seen.failure = &connecting
	}
	return seen
}

// connected is the connection, or why there is none that is of use for a read.
func (c *cluster) connected() (*connection, *Failure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch age := c.clock.Since(c.unreadAt); {
	case c.connection == nil && c.failure == nil:
		return nil, &connecting
	case c.connection != nil && c.unread != nil && age >= 0 && age < unansweredFor:
		return nil, c.unread
	}
	return c.connection, c.failure
}

// remember that a read on a connection had no answer.
func (c *cluster) remember(on *connection, why Failure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.connection == on {
		c.unread, c.unreadAt = &why, c.clock.Now()
	}
}
