package gate

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const (
	// inTime is what a fault may take to be told, and to be got over.
	inTime = 10 * time.Second
	// installed is what the test bed itself may take.
	installed = time.Minute
)

// faulty is a pair with its fault.
type faulty struct {
	*pair
	fault
	steps
	sentence string
	at       time.Time // of the cause
	cured    time.Time
}

// TestSecretFaults has one controller look at forty clusters, each of which fails in its own way, all at the same time.
func TestSecretFaults(t *testing.T) {
	const namespace = "secrets"
	here, there := clusters[1], clusters[0]
	seen, process := begin(t, here, namespace)
	all := prepare(t, here, there, namespace)
	pid := process.PID()
	for _, f := range all {
		f.good()
		if f.early {
			f.strike()
		}
		f.begin(t, f.without)
	}
	for _, f := range all {
		if !f.early {
			seen.wait(t, f.tree.Key().Name, time.Now(), installed, saying(t, "held: "+gate.ReasonRevisionsDiffer))
			f.strike()
		}
	}
	t.Run("each fault has its reason", func(t *testing.T) { forEach(t, all, func(t *testing.T, f *faulty) { f.told(t, seen) }) })
	for _, f := range all {
		f.agree(t)
	}
	steady := time.Now()
	<-time.After(inTime)
	t.Run("nothing is written while it lasts", func(t *testing.T) { forEach(t, all, func(t *testing.T, f *faulty) { f.quiet(t, seen, steady) }) })
	for _, f := range all {
		f.heal()
	}
	t.Run("each is got over", func(t *testing.T) { forEach(t, all, func(t *testing.T, f *faulty) { f.opens(t, seen) }) })
	if process.PID() != pid {
		t.Errorf("the process was %d and is %d, want no restart", pid, process.PID())
	}
	discreet(t, here, namespace, process)
}

func prepare(t *testing.T, here, there *bed.Cluster, namespace string) (all []*faulty) {
	t.Helper()
	for i, sentence := range slices.Sorted(maps.Keys(faults)) {
		f := &faulty{pair: newPair(t, here, there, namespace, fmt.Sprintf("fault%d", i)), fault: faults[sentence], sentence: sentence}
		f.steps = f.prepare(t, f.pair)
		all = append(all, f)
	}
	return all
}

func forEach(t *testing.T, all []*faulty, do func(*testing.T, *faulty)) {
	for _, f := range all {
		t.Run(f.sentence, func(t *testing.T) { do(t, f) })
	}
}

// strike brings the fault about.
func (f *faulty) strike() {
	f.cause()
	f.at = time.Now().Add(f.after)
}

// heal takes it away.
func (f *faulty) heal() {
	if f.cure == nil {
		f.cure = f.good
	}
	f.cure()
	f.cured = time.Now()
}

// told: the reason is there in time.
func (f *faulty) told(t *testing.T, seen *history) {
	took, g := seen.wait(t, f.tree.Key().Name, f.at, inTime, saying(t, "held: "+f.reason))
	t.Logf("%s: %s after %.1f s", f.reason, message(g), took.Seconds())
	if took > inTime {
		t.Errorf("it took %s, want %s at most", took, inTime)
	}
}

// quiet: the reason stays, and is not written again, also when the other cluster would let the gate open. That the other Gate wants
// something else now is news, where it can be seen.
func (f *faulty) quiet(t *testing.T, seen *history, since time.Time) {
	wants := ""
	for i, s := range seen.since(f.tree.Key().Name, since) {
		news := len(s.gate.Status.WaitFor) == 1 && s.gate.Status.WaitFor[0].Wants != wants
		if got := bed.Says(s.gate); i > 0 && !news || got != "held: "+f.reason {
			t.Errorf("%.1f s later it was written: %s: %s", s.at.Sub(since).Seconds(), got, message(s.gate))
		}
		if news {
			wants = s.gate.Status.WaitFor[0].Wants
		}
	}
}

// opens: what holds the gate is the rule alone soon after the cure, and then not even that.
func (f *faulty) opens(t *testing.T, seen *history) {
	byRule := saying(t, "held: "+gate.ReasonRevisionsDiffer, "held: "+gate.ReasonSettling, "open: "+gate.ReasonRuleMet)
	took, _ := seen.wait(t, f.tree.Key().Name, f.cured, inTime, byRule)
	opened, _ := seen.wait(t, f.tree.Key().Name, f.cured, inTime+gate.Settle, saying(t, "open: "+gate.ReasonRuleMet))
	t.Logf("seen again after %.1f s, open after %.1f s", took.Seconds(), opened.Seconds())
	if took > inTime || opened > inTime+gate.Settle {
		t.Errorf("it took %s to be seen, want %s, and %s to open, want %s", took, inTime, opened, inTime+gate.Settle)
	}
}

func saying(t *testing.T, want ...string) func(*v1alpha1.Gate) bool {
	t.Helper()
	return func(g *v1alpha1.Gate) bool { return slices.Contains(want, bed.Says(g)) }
}
