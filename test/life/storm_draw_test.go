package life

import (
	"context"
	"math/rand/v2"
	"sync/atomic"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// Weights of what the actors of a site do, in percent.
const (
	weightDeliver = 40 // of all, while the Gate is behind
	weightNext    = 25 // of these: not the newest commit
	weightOperate = 75 // of the others, while CassKop has something to do
	weightComesUp = 75 // of these: pods that roll, or are down, come up
	weightFlap    = 1  // of the others, while it is ready: pods go down by themselves
	weightLaggard = 15 // of those that are left, which apply: with what the Gate wanted before
	weightPatient = 90 // of the others, after a denial: it would rather wait
)

// draw has one of the actors of a site do something that it may do now. Nil: that one is at work. It is idle if it brings the ring no
// further, as far as the actors know.
func (s *lifeSite) draw(dice *rand.Rand, ring *lifeRing) (d deed, idle bool) {
	percent := func(weight int) bool { return dice.IntN(100) < weight }
	wants, cc := s.known()
	revision, newest := ring.at(wants)
	if wants < newest && percent(weightDeliver) {
		if percent(weightNext) {
			newest = wants + 1
		}
		return oneAtATime(&s.delivering, s.deliver(ring, newest)), false
	}
	if cc != nil {
		ready := casskop.ReadinessOf(cc.Object).Ready
		if !ready && percent(weightOperate) || ready && percent(weightFlap) {
			return oneAtATime(&s.operating, s.operate(cc, percent(weightComesUp))), false
		}
	}
	if before, _ := ring.at(max(wants-1, 0)); percent(weightLaggard) {
		return s.set(before), true
	}
	carried := cc != nil && cc.GetAnnotations()[v1alpha1.AnnotationRevision] == revision
	if carried || s.denied.Load() && percent(weightPatient) {
		return s.set(revision), true
	}
	return s.apply(revision), false
}

// oneAtATime is a deed of an actor that is not at work; nil if it is.
func oneAtATime(atWork *atomic.Bool, d deed) deed {
	if !atWork.CompareAndSwap(false, true) {
		return nil
	}
	return func(ctx context.Context) (string, error) {
		defer atWork.Store(false)
		return d(ctx)
	}
}
