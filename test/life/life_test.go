package life

import (
	"sync"
	"testing"
)

// TestLife is what may happen to a gate while it lives, other than what its clusters do. Its parts wait for most of their time, so
// they go side by side, more of them than there are processors.
func TestLife(t *testing.T) {
	together(t, map[string]func(*testing.T){
		"a killed gate opens nothing wrongly and loses no opening": testKilledGate,
		"another replica takes over":                               testAnotherReplicaTakesOver,
		"a leader that stood still does no harm":                   testLeaderThatStoodStill,
		"the time of day is set forward and back":                  testTimeOfDayIsSet,
		"time itself jumps":                                        testTimeItselfJumps,
		"the clock is fast at first":                               testClockIsFastAtFirst,
	})
}

// together runs tests side by side.
func together(t *testing.T, tests map[string]func(*testing.T)) {
	t.Helper()
	var all sync.WaitGroup
	for name, test := range tests {
		all.Go(func() { t.Run(name, test) })
	}
	all.Wait()
}
