package remote

import (
	"context"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
)

const (
	firstRetry = 200 * time.Millisecond
	lastRetry  = 2 * time.Second
	// A watch brings at least a bookmark a minute. One that brings nothing for this long is begun anew, well before its answer
	// would be stale (gate.FreshFor).
	silenceLimit = 90 * time.Second
)

// follower keeps one row for each object of a resource up to date by a watch. A row is what is kept of an object, made of what is read of it.
type follower[F any, R comparable] struct {
	clock clock.WithTicker
	// read is what counts of an object, which is dropped then
	read func(object map[string]any) F
	// next is the row after the watch brought this state of the object
	next func(before R, found F, now time.Time) R
	// moved is called after the row of an object has changed, or, with no name, the failure of the whole
	moved func(types.NamespacedName)

	mu      sync.Mutex
	rows    map[types.NamespacedName]R
	failure *Failure
	seen    time.Time // when the server last answered; zero if it never did
	synced  bool      // rows are all there are
}

// view is what a follower knows of one object.
type view[R comparable] struct {
	row     R
	there   bool
	synced  bool
	failure *Failure
	seen    time.Time
}

func (f *follower[F, R]) view(name types.NamespacedName) view[R] {
	f.mu.Lock()
	defer f.mu.Unlock()
	row, there := f.rows[name]
	return view[R]{row, there, f.synced, f.failure, f.seen}
}

// distrust makes a failure of what was seen so far, until the server has answered again.
func (f *follower[F, R]) distrust(why Failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failure == nil {
		f.failure = &why
	}
}

// run watches until the context ends.
func (f *follower[F, R]) run(ctx context.Context, server string, resource dynamic.ResourceInterface, only string) {
	for ctx.Err() == nil {
		attempt, cancel := context.WithCancel(ctx)
		s := &session[F, R]{follower: f, ctx: attempt, began: f.clock.Now(), server: server}
		listWatch := &listWatch{
			server: server, resource: resource, only: only, reduce: s.reduce,
			heard: s.heard, failed: func(err error) { s.fail(failureOf(server, err)) },
		}
		reflector := cache.NewReflectorWithOptions(listWatch, &unstructured.Unstructured{}, s, cache.ReflectorOptions{
			Name: server, Clock: f.clock, Backoff: &wait.Backoff{Duration: firstRetry, Factor: 2, Jitter: 0.2, Steps: 10, Cap: lastRetry},
		})
		go s.endSilence(cancel)
		reflector.RunWithContext(klog.NewContext(attempt, logr.Discard())) // it would log each try
		cancel()
	}
}
