package chronicle

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tale makes a chronicle of three clusters by hand. Each line is one write: at a second, for a tenth of a second.
type tale struct{ *Chronicle }

func newTale(stableFor time.Duration) tale {
	return tale{&Chronicle{name: "ring", stableFor: stableFor, gates: make([][]wanted, 3), clusters: make([][]carried, 3)}}
}

func during(second float64) span {
	from := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(second * float64(time.Second)))
	return span{from, from.Add(100 * time.Millisecond)}
}

// wants has Gates of clusters, numbered from 1, want a revision.
func (s tale) wants(second float64, revision string, clusters ...int) tale {
	for _, n := range clusters {
		states := &s.gates[n-1]
		*states = append(*states, wanted{span: during(second), generation: int64(len(*states)) + 1, revision: revision})
	}
	return s
}

func (s tale) opens(second float64, cluster int, open bool) tale {
	states := &s.gates[cluster-1]
	last := (*states)[len(*states)-1]
	last.span, last.open = during(second), open
	*states = append(*states, last)
	return s
}

// takes writes a revision to a cluster; ready says that its status reads so, and rightly.
func (s tale) takes(second float64, cluster int, revision string, ready bool) tale {
	states := &s.clusters[cluster-1]
	*states = append(*states, carried{span: during(second), revision: revision, ready: ready})
	return s
}

// comes writes the status of a cluster.
func (s tale) comes(second float64, cluster int, ready bool) tale {
	states := s.clusters[cluster-1]
	return s.takes(second, cluster, states[len(states)-1].revision, ready)
}

// settled is a ring that has come through its creation at A by second 60.
func settled(stableFor time.Duration) tale {
	s := newTale(stableFor).wants(0, "A", 1, 2, 3)
	for i := range 3 {
		at := 10 + 10*float64(i)
		s.takes(at, i+1, "A", false).comes(at+2, i+1, true)
	}
	return s
}

func TestStormCheckerJudgesHandMadeHistories(t *testing.T) {
	for name, test := range map[string]struct {
		tale tale
		want []string
		late int
	}{
		"a creation, and a change in turn": {
			tale: settled(time.Second).wants(60, "B", 1, 2, 3).takes(63, 1, "B", false).comes(65, 1, true).takes(67, 2, "B", false).comes(69, 2, true).
				takes(71, 3, "B", false).comes(73, 3, true),
		},
		"a creation out of turn": {
			tale: newTale(0).wants(0, "A", 1, 2, 3).takes(5, 2, "A", false).comes(6, 2, true),
			want: []string{outOfTurn, noGround},
		},
		"the second one does not wait for the first one": {
			tale: settled(0).wants(60, "B", 1, 2, 3).takes(63, 1, "B", false).takes(64, 2, "B", false).comes(65, 1, true).comes(66, 2, true),
			want: []string{rolledAtOnce, outOfTurn, noGround},
		},
		"the second one goes by the stale status of the first one, and both are quick": {
			tale: settled(0).wants(60, "B", 1, 2, 3).takes(63, 1, "B", false).takes(64, 2, "B", false).comes(64.5, 2, true).comes(65, 1, true),
			want: []string{rolledAtOnce, outOfTurn, noGround},
		},
		"overlapping commits roll the first and the last one": {
			tale: settled(0).wants(60, "B", 1, 2, 3).takes(63, 1, "B", false).comes(65, 1, true).takes(67, 2, "B", false).comes(68, 2, true).
				wants(69, "C", 1).takes(69.5, 3, "B", false).takes(71.5, 1, "C", false).comes(73, 3, true).comes(74, 1, true),
			want: []string{rolledAtOnce, noGround},
		},
		"the first one does not ask what the others want": {
			tale: settled(0).wants(60, "B", 1).takes(63, 1, "B", false).comes(65, 1, true),
			want: []string{noGround},
		},
		"nothing has settled": {
			tale: settled(0).wants(60, "B", 1, 2, 3).takes(61, 1, "B", false).comes(62, 1, true),
			want: []string{noGround},
		},
		"another Gate has not settled": {
			tale: settled(0).wants(60, "B", 1, 2).wants(64, "B", 3).takes(65, 1, "B", false).comes(67, 1, true),
			want: []string{noGround},
		},
		"the soak is not over": {
			tale: settled(30*time.Second).wants(61, "B", 1, 2, 3).takes(64, 1, "B", false).comes(65, 1, true).takes(90, 2, "B", false).comes(91, 2, true),
			want: []string{noGround},
		},
		"the soak begins anew when readiness breaks": {
			tale: settled(5*time.Second).wants(60, "B", 1, 2, 3).takes(63, 1, "B", false).comes(65, 1, true).comes(68, 1, false).comes(69, 1, true).
				takes(72, 2, "B", false).comes(74, 2, true),
			want: []string{noGround},
		},
		"one that went down by itself holds": {
			tale: settled(0).comes(59, 3, false).wants(60, "B", 1, 2, 3).takes(63, 1, "B", false).comes(65, 1, true).comes(66, 3, true),
			want: []string{noGround},
		},
		"one that goes down by itself after it was read does not": {
			tale: settled(0).wants(60, "B", 1, 2, 3).comes(62, 3, false).takes(63, 1, "B", false).comes(65, 1, true).comes(66, 3, true),
		},
		"one that goes down by itself while another rolls is not rolling": {
			tale: settled(0).wants(60, "B", 1, 2, 3).takes(63, 1, "B", false).comes(64, 2, false).comes(65, 1, true).comes(66, 2, true),
		},
		"a revision that its Gate never wanted": {
			tale: settled(0).takes(63, 1, "B", false).comes(65, 1, true),
			want: []string{noGround},
		},
		"a revert before the first one noticed": {
			tale: settled(0).wants(60, "B", 1, 2, 3).takes(63, 1, "B", false).wants(64, "A", 1, 2, 3).takes(67, 1, "A", true).
				wants(70, "C", 1, 2, 3).takes(73, 1, "C", false).comes(75, 1, true),
		},
		"a write that lands a second after its Gate changed": {
			tale: settled(0).wants(60, "B", 1, 2, 3).wants(63, "C", 1, 2, 3).takes(64, 1, "B", false).comes(66, 1, true),
		},
		"a write that lands too late is not judged, nor what follows from it": {
			tale: settled(0).wants(60, "B", 1, 2, 3).takes(63, 1, "B", false).comes(64, 1, true).wants(65, "C", 1, 2, 3).takes(68, 1, "C", false).
				takes(69, 2, "B", false).comes(70, 1, true).comes(71, 2, true),
			late: 1,
		},
		"a latch that lasts": {
			tale: settled(0).opens(31, 1, false).opens(32, 1, true).opens(33, 1, true).wants(40, "B", 1),
		},
		"a latch that does not last": {
			tale: settled(0).opens(32, 1, true).opens(33, 1, false),
			want: []string{closedAgain},
		},
	} {
		t.Run(name, func(t *testing.T) {
			judged := test.tale.Judge()
			var got []string
			for _, v := range judged.Violations {
				t.Log(v)
				got = append(got, v.invariant)
			}
			slices.Sort(got)
			want := slices.Sorted(slices.Values(test.want))
			if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
			if judged.Late != test.late {
				t.Errorf("want %d writes that are too late to be judged, got %d", test.late, judged.Late)
			}
		})
	}
}
