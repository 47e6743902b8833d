package life

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/chronicle"
)

const (
	// stormEvents is how many events a storm has. An event is one write that an actor sends, or one fault.
	stormEvents = 20_000
	stormRings  = 20
	// stormPace is how many events begin in a second at most.
	stormPace = 500
	// stormInFlight is how many writes are under way in a cluster at most. When its API server is paused, they wait.
	stormInFlight = 12
	// Of so many events one is a fault, and one brings a commit with it.
	eventsPerFault, eventsPerCommit = 125, 75
	// leastTaken is how many revisions must have been taken at least, or the storm was a calm.
	leastTaken = 300
	// calmTime is how long the rings may take to come to rest.
	calmTime = time.Minute
	// stormSeedEnv names the seed of the storm. It fixes on which cluster of which ring each event falls, and all dice; what these bring
	// about depends on the state at that time.
	stormSeedEnv = "STORM_SEED"
)

// TestStorm lets actors and faults loose on many rings over three clusters, and then has the audit logs of the API servers tell whether
// any CassandraCluster took a revision before its time. At the end all rings must come to rest with their newest revision.
//
// Operators that change pods before they say so are not in it: no audit log shows what they do, and the soak that is against it would
// have to last longer than CassKop is blind. The model of the protocol has them (pkg/gate/model_test.go).
func TestStorm(t *testing.T) {
	seed := stormSeed(t)
	scribe := chronicle.NewScribe(t, stormPrefix, clusters...)
	s := &storm{stormWorld: newStormWorld(t, stormRings), scribe: scribe, dice: rand.New(rand.NewPCG(seed, 0)), outcomes: map[string]int{}}
	t.Logf("seed %d: %s=%d repeats it", seed, stormSeedEnv, seed)
	for range clusters {
		s.writes = append(s.writes, semaphore.NewWeighted(stormInFlight))
	}
	s.rage(t)
	t.Log(s.summary())
	s.calm(t)
	s.judge(t)
}

func stormSeed(t *testing.T) uint64 {
	given := os.Getenv(stormSeedEnv)
	if given == "" {
		return rand.Uint64()
	}
	seed, err := strconv.ParseUint(given, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", stormSeedEnv, err)
	}
	return seed
}

// storm is one run.
type storm struct {
	*stormWorld
	scribe *chronicle.Scribe
	dice   *rand.Rand
	writes []*semaphore.Weighted // under way, by cluster

	events  []time.Time // when each began
	fault   bool        // the next one is a fault
	commits int

	mu       sync.Mutex
	outcomes map[string]int
	problems []error
}

// rage lets all events happen, many at a time.
func (s *storm) rage(t *testing.T) {
	faults := s.faults(t)
	pace := time.NewTicker(time.Second / stormPace)
	defer pace.Stop()
	var underWay sync.WaitGroup
	for len(s.events) < stormEvents {
		<-pace.C
		event := s.draw(faults)
		if event == nil {
			continue
		}
		s.events = append(s.events, time.Now())
		underWay.Go(func() { s.note(event(t.Context())) })
		s.fault = s.dice.IntN(eventsPerFault) == 0
		if s.dice.IntN(eventsPerCommit) == 0 {
			s.commit()
		}
		if len(s.events)%1000 == 0 {
			s.scribe.Read(t)
		}
	}
	underWay.Wait()
	s.fail(t)
}

// draw is the next event; nil if it cannot happen now.
func (s *storm) draw(faults []faultKind) deed {
	if s.fault {
		lasting := 500*time.Millisecond + time.Duration(s.dice.Int64N(int64(2500*time.Millisecond)))
		if name, f := drawFault(s.dice, faults); f != nil {
			return func(context.Context) (string, error) { return "fault: " + name, f.rage(lasting) }
		}
		return nil
	}
	for range 2 {
		if d := s.drawSite(false); d != nil {
			return d
		}
	}
	return s.drawSite(true)
}

// drawSite is something that may be done at a site now; nil if there is nothing, or nothing but what is idle.
func (s *storm) drawSite(orIdle bool) deed {
	ring, i := s.rings[s.dice.IntN(len(s.rings))], s.dice.IntN(len(clusters))
	if !s.writes[i].TryAcquire(1) {
		return nil
	}
	d, idle := ring.sites[i].draw(s.dice, ring)
	if d == nil || idle && !orIdle {
		s.writes[i].Release(1)
		return nil
	}
	return func(ctx context.Context) (string, error) {
		defer s.writes[i].Release(1)
		return d(ctx)
	}
}

// commit pushes a commit to a ring: something new, or one of the last three revisions again.
func (s *storm) commit() {
	ring := s.rings[s.dice.IntN(len(s.rings))]
	s.commits++
	revision := fmt.Sprintf("%016x", s.commits)
	if _, newest := ring.at(0); s.dice.IntN(3) == 0 {
		revision, _ = ring.at(max(newest-1-s.dice.IntN(3), 0))
	}
	ring.commit(revision)
}

func (s *storm) note(outcome string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes[outcome]++
	if err != nil {
		s.problems = append(s.problems, fmt.Errorf("%s: %w", outcome, err))
	}
}

// fail: no event may end with an error, since all actors wait for answers.
func (s *storm) fail(t *testing.T) {
	t.Helper()
	for i, err := range s.problems {
		if i == 10 {
			t.Fatalf("and %d more", len(s.problems)-i)
		}
		t.Error(err)
	}
}

func (s *storm) summary() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d events in %s, %d commits\n", len(s.events), time.Since(s.events[0]).Round(time.Second), s.commits)
	for _, outcome := range slices.Sorted(maps.Keys(s.outcomes)) {
		fmt.Fprintf(&text, "%6d %s\n", s.outcomes[outcome], outcome)
	}
	return text.String()
}

// calm: no more commits, no more faults, and every ring comes to rest.
func (s *storm) calm(t *testing.T) {
	t.Helper()
	began := time.Now()
	bed.WaitFor(t, calmTime, "every ring has its newest revision in all clusters", func() (bool, string) {
		var sweep errgroup.Group
		sweep.SetLimit(16)
		missing := ""
		for _, ring := range s.rings {
			for i, site := range ring.sites {
				_, newest := ring.at(0)
				revision, _ := ring.at(newest)
				what := site.arrived(revision)
				if wants, _ := site.known(); wants != newest { // a revert: the CassandraCluster may carry that revision already
					what = "its Gate is from an older commit"
				}
				if what == "" {
					continue
				}
				missing = fmt.Sprintf("%s, cluster %d: %s", site.key.Namespace, i+1, what)
				sweep.Go(func() error { s.note(site.settle(ring, newest)(t.Context())); return nil })
			}
		}
		_ = sweep.Wait() // errors are noted
		return missing == "", missing
	})
	s.fail(t)
	t.Logf("all rings at rest after %s", time.Since(began).Round(100*time.Millisecond))
}

// judge has the audit logs tell.
func (s *storm) judge(t *testing.T) {
	t.Helper()
	s.scribe.Read(t)
	taken, late := 0, 0
	chronicles := s.scribe.Chronicles(stormStableFor)
	if len(chronicles) != len(s.rings) {
		t.Errorf("the audit logs tell of %d rings, want %d", len(chronicles), len(s.rings))
	}
	var violations []chronicle.Violation
	for _, ring := range s.rings {
		c := chronicles[ring.tree.Key().Namespace]
		s.complete(t, ring, c)
		judged := c.Judge()
		taken, late = taken+judged.Taken, late+judged.Late
		violations = append(violations, judged.Violations...)
	}
	slices.SortFunc(violations, func(a, b chronicle.Violation) int { return a.At.Compare(b.At) })
	for _, v := range violations[:min(len(violations), 20)] {
		n, _ := slices.BinarySearchFunc(s.events, v.At, time.Time.Compare)
		t.Errorf("after %d events: %s", n, v)
	}
	t.Logf("%d revisions taken, %d of them too late to be judged, %d violations", taken, late, len(violations))
	if taken-late < leastTaken {
		t.Errorf("%d revisions were taken and judged, want %d at least", taken-late, leastTaken)
	}
}

// complete: the audit logs end with what is there.
func (s *storm) complete(t *testing.T, ring *lifeRing, c *chronicle.Chronicle) {
	t.Helper()
	for i, site := range ring.sites {
		_, newest := ring.at(0)
		revision, _ := ring.at(newest)
		if last, ready := c.Last(i); last != revision || !ready {
			t.Errorf("%s in cluster %d: the audit log ends with revision %s, ready %t; the CassandraCluster is ready with %s",
				site.key, i+1, last, ready, revision)
		}
	}
}
