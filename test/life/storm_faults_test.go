package life

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// stormWay is the way of one cluster to another: by a proxy that can be cut or fall silent, for one half of the rings, and for the other
// half by a link on which the watches of CassandraClusters may lag.
type stormWay struct {
	from  int
	to    int
	there *bed.Cluster
	proxy *bed.Proxy
	link  *link
	lag   valve
}

func newStormWay(t *testing.T, from, to int, there *bed.Cluster) *stormWay {
	t.Helper()
	way := &stormWay{from: from, to: to, there: there, proxy: bed.NewProxy(t, there)}
	way.link = newLaggingLink(t, there, &way.lag)
	return way
}

func (w *stormWay) config(ring int, config *rest.Config) *rest.Config {
	if ring/2%2 == 0 {
		return w.proxy.Config(config)
	}
	return w.link.config(config)
}

// stroke is something that goes wrong for a while, and then is mended.
type stroke struct {
	*sync.Mutex  // no two faults hit the same target at a time
	strike, mend func() error
}

// faultKind is a kind of faults; weight is how often it is drawn, beside the others.
type faultKind struct {
	name    string
	weight  int
	targets []stroke
}

// faults are all that may go wrong.
func (w *stormWorld) faults(t *testing.T) []faultKind {
	paused, killed, stopped := faultKind{"API server paused", 10, nil}, faultKind{"gate killed", 10, nil}, faultKind{"gate paused", 10, nil}
	for i, c := range clusters {
		process, gate := &sync.Mutex{}, w.gates[i]
		killed.add(process, gate.Kill, done)
		stopped.add(process, unlessKilled(gate.Pause), unlessKilled(gate.Resume))
		paused.add(&sync.Mutex{}, always(func() { c.PauseAPIServer(t) }), always(func() { c.ResumeAPIServer(t) }))
	}
	return append(append([]faultKind{paused, killed, stopped}, w.faultyWays(t)...), w.faultySecrets(t.Context())...)
}

func (w *stormWorld) faultyWays(t *testing.T) []faultKind {
	cut, silent, lag := faultKind{"connections cut", 15, nil}, faultKind{"connections silent", 20, nil}, faultKind{"watches lag", 20, nil}
	for _, way := range w.ways {
		set := func(mode bed.Mode) func() error { return always(func() { way.proxy.Set(t, mode) }) }
		proxy := &sync.Mutex{}
		cut.add(proxy, set(bed.Reset), set(bed.Pass))
		silent.add(proxy, set(bed.Silent), set(bed.Pass))
		lag.add(&sync.Mutex{}, always(way.lag.shut), always(way.lag.open))
	}
	return []faultKind{cut, silent, lag}
}

func (w *stormWorld) faultySecrets(ctx context.Context) []faultKind {
	garbage, rotated := faultKind{"Secret garbage", 10, nil}, faultKind{"Secret rotated", 5, nil}
	for _, secret := range w.secrets {
		update := func(s *corev1.Secret) func() error {
			return func() error { return secret.in.Client.Update(ctx, s.DeepCopy()) }
		}
		garbage.add(&secret.mu, update(secret.garbage), update(secret.good[0]))
		rotated.add(&secret.mu, update(secret.good[1]), update(secret.good[0]))
	}
	return []faultKind{garbage, rotated}
}

func (k *faultKind) add(on *sync.Mutex, strike, mend func() error) {
	k.targets = append(k.targets, stroke{on, strike, mend})
}

func done() error { return nil }

func always(f func()) func() error {
	return func() error { f(); return nil }
}

// unlessKilled: a controller that was killed a moment ago cannot be paused, and need not be resumed.
func unlessKilled(f func() error) func() error {
	return func() error { _ = f(); return nil }
}

// drawFault picks a fault. It is locked; rage unlocks it. Nil: the target suffers already.
func drawFault(dice *rand.Rand, kinds []faultKind) (name string, f *stroke) {
	all := 0
	for _, k := range kinds {
		all += k.weight
	}
	n := dice.IntN(all)
	for _, k := range kinds {
		if n -= k.weight; n < 0 {
			f := &k.targets[dice.IntN(len(k.targets))]
			if f.TryLock() {
				return k.name, f
			}
			break
		}
	}
	return "", nil
}

// rage lets a fault last for a while.
func (f *stroke) rage(lasting time.Duration) error {
	defer f.Unlock()
	if err := f.strike(); err != nil {
		return err
	}
	<-time.After(lasting)
	return f.mend()
}
