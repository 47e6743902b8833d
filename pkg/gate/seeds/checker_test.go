package seeds_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/seeds"
)

const (
	port     = 8778
	notAsked = "the seeds were not asked yet"
	refused  = "port 8778 of a (connection refused)"
	answers  = "a answers on port 8778"
)

func times(seconds ...int) (at []time.Duration) {
	for _, s := range seconds {
		at = append(at, time.Duration(s)*time.Second)
	}
	return at
}

func TestASeedThatAnswersIsAskedOnce(t *testing.T) {
	inLab(t, map[string]bool{"a:8778": true}, func(t *testing.T, l *lab) {
		l.wantAnswer(t, "ring", gate.SeedsNotAsked, notAsked)
		l.Ask("ring", []string{"a"}, port)
		l.pass(0)
		l.wantAnswer(t, "ring", gate.SeedsAnswered, answers)
		l.wantAnswer(t, "another ring", gate.SeedsNotAsked, notAsked)
		l.pass(time.Hour)
		l.wantAsked(t, map[string][]time.Duration{"a:8778": times(0)})
		l.wantChanges(t, "ring", times(0)...)
	})
}

func TestAnAnswerCountsForTenSeconds(t *testing.T) {
	inLab(t, map[string]bool{"a:8778": true}, func(t *testing.T, l *lab) {
		l.Ask("ring", []string{"a"}, port)
		l.pass(10 * time.Second)
		l.Ask("ring", []string{"a"}, port)
		l.pass(0)
		l.wantAnswer(t, "ring", gate.SeedsAnswered, answers)
		l.wantAsked(t, map[string][]time.Duration{"a:8778": times(0)})
		l.pass(time.Nanosecond)
		l.wantAnswer(t, "ring", gate.SeedsNotAsked, notAsked)
		l.wantChanges(t, "ring", times(0)...)
		l.pass(5 * time.Second)
		l.Ask("ring", []string{"a"}, port)
		l.pass(0)
		l.wantAnswer(t, "ring", gate.SeedsAnswered, answers)
		l.wantChanges(t, "ring", 0, 15*time.Second+1)
	})
}

func TestASilentSeedIsAskedAgainUntilItAnswers(t *testing.T) {
	inLab(t, map[string]bool{"a:8778": false}, func(t *testing.T, l *lab) {
		l.Ask("ring", []string{"a"}, port)
		l.pass(12 * time.Second)
		l.wantAnswer(t, "ring", gate.SeedsSilent, refused)
		l.wantChanges(t, "ring", times(0)...)
		l.net.set("a:8778", true)
		l.pass(time.Hour)
		l.wantAsked(t, map[string][]time.Duration{"a:8778": times(0, 5, 10, 15)})
		l.wantChanges(t, "ring", times(0, 15)...)
	})
}

func TestAChangeIsReportedWithTheReason(t *testing.T) {
	inLab(t, map[string]bool{"a:8778": false, "b:8778": false}, func(t *testing.T, l *lab) {
		l.Ask("ring", []string{"a", "b"}, port)
		l.pass(6 * time.Second)
		l.wantAnswer(t, "ring", gate.SeedsSilent, "port 8778 of a (connection refused), b (connection refused)")
		l.net.mu.Lock()
		delete(l.net.answers, "b:8778")
		l.net.mu.Unlock()
		l.pass(6 * time.Second)
		l.wantAnswer(t, "ring", gate.SeedsSilent, "port 8778 of a (connection refused), b (no answer in 2s)")
		l.wantChanges(t, "ring", times(0, 12)...)
	})
}

func TestTheClockIsTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := clocktesting.NewFakeClock(time.Unix(1, 0))
		l := &lab{Checker: seeds.New(fake, func(string) {}), net: newNetwork(map[string]bool{"a:8778": false})}
		l.SetDial(l.net.dial)
		defer l.Close()
		l.Ask("ring", []string{"a"}, port)
		l.pass(time.Hour)
		l.wantAsked(t, map[string][]time.Duration{"a:8778": times(0)})
		l.Forget("ring")
		l.pass(0)
		if fake.HasWaiters() {
			t.Error("want no timer left behind")
		}
		l.Ask("ring", []string{"a"}, port)
		l.pass(0)
		l.net.set("a:8778", true)
		fake.Step(seeds.Again)
		l.pass(0)
		l.wantAnswer(t, "ring", gate.SeedsAnswered, answers)
		fake.Step(seeds.FreshFor + 1)
		l.wantAnswer(t, "ring", gate.SeedsNotAsked, notAsked)
	})
}

func TestASilentAnswerDoesNotGetOld(t *testing.T) {
	inLab(t, map[string]bool{}, func(t *testing.T, l *lab) {
		l.Ask("ring", []string{"a"}, port)
		l.wantAnswer(t, "ring", gate.SeedsNotAsked, notAsked)
		for range 600 {
			l.pass(2 * time.Second)
			l.wantAnswer(t, "ring", gate.SeedsSilent, "port 8778 of a (no answer in 2s)")
		}
		l.wantChanges(t, "ring", times(2)...)
	})
}

func TestAskingWhileAskedChangesNothing(t *testing.T) {
	inLab(t, map[string]bool{}, func(t *testing.T, l *lab) {
		for range 10 {
			l.Ask("ring", []string{"a", "b"}, port)
			l.Ask("ring", []string{"b", "a", "b"}, port)
			l.pass(time.Second)
		}
		l.wantAsked(t, map[string][]time.Duration{"a:8778": times(0, 7), "b:8778": times(0, 7)})
	})
}

func TestOtherHostsOrAnotherPortBeginAnew(t *testing.T) {
	inLab(t, map[string]bool{"b:8778": false, "b:8779": true}, func(t *testing.T, l *lab) {
		l.Ask("ring", []string{"a"}, port)
		l.pass(time.Second)
		l.Ask("ring", []string{"b"}, port)
		l.wantAnswer(t, "ring", gate.SeedsNotAsked, notAsked)
		l.pass(0)
		l.wantAnswer(t, "ring", gate.SeedsSilent, "port 8778 of b (connection refused)")
		if n := l.net.asking(); n != 0 {
			t.Errorf("want the old question dropped, got %d under way", n)
		}
		l.Ask("ring", []string{"b"}, port+1)
		l.wantAnswer(t, "ring", gate.SeedsNotAsked, notAsked)
		l.pass(time.Minute)
		l.wantAsked(t, map[string][]time.Duration{"a:8778": times(0), "b:8778": times(1), "b:8779": times(1)})
		l.wantChanges(t, "ring", times(1, 1)...)
	})
}

func TestForgetEndsTheQuestion(t *testing.T) {
	for name, after := range map[string]time.Duration{"while asked": time.Second, "between two rounds": 4 * time.Second} {
		t.Run(name, func(t *testing.T) {
			inLab(t, map[string]bool{}, func(t *testing.T, l *lab) {
				l.Ask("ring", []string{"a"}, port)
				l.pass(after)
				l.Forget("ring")
				l.Forget("a ring that nobody asked for")
				l.wantAnswer(t, "ring", gate.SeedsNotAsked, notAsked)
				l.pass(0)
				if n := l.net.asking(); n != 0 {
					t.Errorf("want none asked, got %d under way", n)
				}
				l.pass(time.Hour)
				l.wantAnswer(t, "ring", gate.SeedsNotAsked, notAsked)
				l.wantAsked(t, map[string][]time.Duration{"a:8778": times(0)})
			})
		})
	}
}

func TestAForgottenRoundReportsNothing(t *testing.T) {
	inLab(t, map[string]bool{}, func(t *testing.T, l *lab) {
		l.Ask("ring", []string{"a"}, port)
		l.pass(time.Second)
		l.Forget("ring")
		l.pass(time.Hour)
		l.wantChanges(t, "ring")
	})
}

func TestCloseEndsAll(t *testing.T) {
	inLab(t, map[string]bool{"b:8778": false}, func(t *testing.T, l *lab) {
		l.Ask("ring", []string{"a"}, port)
		l.Ask("another ring", []string{"b"}, port)
		l.pass(time.Second)
		l.Close()
		l.Close()
		if n := l.net.asking(); n != 0 {
			t.Errorf("want none asked, got %d under way", n)
		}
		l.wantAnswer(t, "another ring", gate.SeedsNotAsked, notAsked)
		l.Ask("ring", []string{"b"}, port)
		l.pass(time.Hour)
		l.wantAnswer(t, "ring", gate.SeedsNotAsked, notAsked)
		l.wantAsked(t, map[string][]time.Duration{"a:8778": times(0), "b:8778": times(0)})
	})
}

func TestNoHostsAreSilentAtOnce(t *testing.T) {
	inLab(t, map[string]bool{"a:8778": true}, func(t *testing.T, l *lab) {
		for range 3 {
			l.Ask("ring", nil, port)
			l.wantAnswer(t, "ring", gate.SeedsSilent, "spec.seeds.hosts is empty")
			l.pass(time.Minute)
			l.wantAnswer(t, "ring", gate.SeedsSilent, "spec.seeds.hosts is empty")
		}
		l.wantChanges(t, "ring")
		l.Ask("ring", []string{"a"}, port)
		l.pass(0)
		l.wantAnswer(t, "ring", gate.SeedsAnswered, answers)
		l.Ask("ring", nil, port)
		l.wantAnswer(t, "ring", gate.SeedsSilent, "spec.seeds.hosts is empty")
	})
}

func TestARingThatIsSilentDelaysNoOther(t *testing.T) {
	inLab(t, map[string]bool{"a:8778": true}, func(t *testing.T, l *lab) {
		for i := range 100 {
			l.Ask(fmt.Sprint("silent ring ", i), []string{"b", "c", "d"}, port)
		}
		l.pass(time.Second)
		l.Ask("ring", []string{"a"}, port)
		l.pass(0)
		l.wantAnswer(t, "ring", gate.SeedsAnswered, answers)
	})
}

func TestChangedMayCallBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c *seeds.Checker
		var calls atomic.Int32
		c = seeds.New(clock.RealClock{}, func(key string) {
			calls.Add(1)
			c.Answer(key)
			c.Ask(key+"'", nil, port)
			c.Forget(key)
		})
		c.SetDial(newNetwork(map[string]bool{"a:8778": false}).dial)
		defer c.Close()
		c.Ask("ring", []string{"a"}, port)
		synctest.Wait()
		if n := calls.Load(); n != 1 {
			t.Errorf("want 1 call, got %d", n)
		}
	})
}
