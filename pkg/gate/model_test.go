package gate_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// stateLimit ends a search that does not fit the machine; a search that ends so proves nothing and fails.
const stateLimit = 8_000_000

// sequences are all sequences of up to so many commits, up to the names of revisions: each new revision gets the next number, and a
// commit that does not change the revision is none.
func sequences(commits int) []string {
	all := []string{"0"}
	for from := 0; ; {
		to := len(all)
		for _, s := range all[from:to] {
			if len(s) == commits {
				return slices.DeleteFunc(all, func(s string) bool { return len(s) < 2 })
			}
			for r := byte('0'); r <= slices.Max([]byte(s))+1; r++ {
				if r != s[len(s)-1] {
					all = append(all, s+string(r))
				}
			}
		}
		from = to
	}
}

func TestTheRuleIsSafeAndLive(t *testing.T) {
	cases := map[string]*model{
		"first creation": {commits: "0", fresh: true},
		"first creation overtaken by other commits":          {commits: "0102", fresh: true},
		"a cluster is added at the end":                      {commits: "01232", members: []int{2, 2, 3, 3, 3}, added: 2},
		"a cluster is added in the middle":                   {commits: "01232", members: []int{2, 2, 3, 3, 3}, added: 1},
		"a cluster is added in front":                        {commits: "01232", members: []int{2, 2, 3, 3, 3}, added: 0},
		"a revision breaks the first cluster, reverted":      {commits: "01012", breaks: map[int]string{0: "1"}},
		"a revision breaks the first cluster, fixed forward": {commits: "01234", breaks: map[int]string{0: "1"}},
		"a revision breaks the second cluster":               {commits: "01202", breaks: map[int]string{1: "1"}},
		"a revision breaks the last cluster":                 {commits: "01202", breaks: map[int]string{2: "1"}},
		"two revisions break two clusters":                   {commits: "01234", breaks: map[int]string{0: "1", 2: "2"}},
	}
	for _, commits := range sequences(5) {
		cases["commits "+commits] = &model{commits: commits}
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		m := cases[name]
		m.flaps, m.flying, m.touches, m.crash = true, true, true, true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := explore(m, stateLimit)
			if len(x.keys) >= stateLimit {
				t.Fatalf("more than %d states", stateLimit)
			}
			if x.violation == "" {
				x.lockUp()
			}
			if x.violation != "" {
				t.Fatal(x.report())
			}
			t.Logf("%d states, %d steps", len(x.keys), len(x.edges))
		})
	}
}

func TestEachPartOfTheProtocolIsNeeded(t *testing.T) {
	for name, test := range map[string]struct {
		model model
		want  string
		steps int // breadth first: no shorter one exists
	}{
		"without 'taken in by CassKop' the next cluster goes by the status of the old spec": {
			model{commits: "01", without: takenIn}, twoAtOnce, 16,
		},
		"without 'every Gate wants the same revision' overlapping commits roll two clusters": {
			model{commits: "012", without: agreement}, twoAtOnce, 23,
		},
		"with what the watches brought in place of reads in order overlapping commits roll two clusters": {
			model{commits: "012", without: confirmation}, twoAtOnce, 26,
		},
		"with Chain overlapping commits roll two clusters": {
			model{commits: "012", chain: true}, twoAtOnce, 12,
		},
		"with Chain a revert that brings a revision back rolls two clusters": {
			model{commits: "010", chain: true}, twoAtOnce, 12,
		},
		"without settling a write that was admitted just before rolls a second cluster": {
			model{commits: "012", flying: true, without: settling}, twoAtOnce, 26,
		},
		"without a soak a change that CassKop began and lost rolls a second cluster": {
			model{commits: "0101", touches: true, without: soaking}, twoAtOnce, 37,
		},
		"without clearing openedRevision a revert opens by itself": {
			model{commits: "0101", without: clearing}, twoAtOnce, 28,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.model.seek = test.want
			x := explore(&test.model, stateLimit)
			t.Log(x.report())
			if steps := len(x.trace) - 1; x.violation != test.want || steps != test.steps {
				t.Errorf("want %q after %d steps, got %q after %d", test.want, test.steps, x.violation, steps)
			}
		})
	}
}

func TestTheRuleIsAConjunctionOverWhatWasRead(t *testing.T) {
	m := &model{commits: "012", memo: map[question]bool{}}
	for i := range clusters {
		reads := m.reads(3, i)
		for a, first := range reads {
			for _, second := range reads[a+1:] {
				compareBoth(t, m, i, first, second)
			}
		}
	}
}

func compareBoth(t *testing.T, m *model, i int, first, second read) {
	t.Helper()
	for _, a := range views(first) {
		for _, b := range views(second) {
			facts := m.best(i, 3)
			m.put(facts, first, a)
			alone := gate.Decide(facts).Open
			m.put(facts, second, b)
			both := gate.Decide(facts).Open
			facts = m.best(i, 3)
			m.put(facts, second, b)
			if want := alone && gate.Decide(facts).Open; both != want {
				t.Errorf("gate %d, %v %+v, %v %+v: want open %v, got %v", i, first, a, second, b, want, both)
			}
		}
	}
}

// views are all that a read may find.
func views(r read) []cluster {
	var views []cluster
	for a := range uint8(4) {
		for b := range uint8(4) {
			if r.gate {
				views = append(views, cluster{want: a, flying: b})
				continue
			}
			for now := done; now <= touched; now++ {
				views = append(views, cluster{live: a, applied: b, operator: now})
			}
		}
	}
	return views
}

func TestAnOpenGateStaysOpenWhateverIsSeen(t *testing.T) {
	m := &model{commits: "012"}
	for i := range clusters {
		for _, r := range m.reads(3, i) {
			for _, view := range views(r) {
				facts := m.best(i, 3)
				facts.Gate.Status = v1alpha1.GateStatus{ObservedGeneration: 1, OpenedRevision: facts.Gate.Spec.Revision}
				m.put(facts, r, view)
				if verdict := gate.Decide(facts); !verdict.Open {
					t.Errorf("gate %d, %v %+v: %+v", i, r, view, verdict)
				}
			}
		}
	}
}
