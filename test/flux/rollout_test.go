package flux

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRollout takes the committed ring through one revision after the other. Each part begins with a commit of its own.
func TestRollout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push(t, w.tree, w.revision)
	for _, part := range []struct {
		claim string
		test  func(*testing.T)
	}{
		{"a held revision is not applied, and keeps no worker of Flux busy", w.testHeld},
		{"an opened revision is applied within seconds", w.testOpened},
		{"of two commits in a row the last is applied when the gate opens", w.testOvertaken},
		{"without a notifier an opened revision is not applied, and one that starts later makes up for it", w.testMissed},
		{"a notifier that died between its two requests is continued by the next", w.testKilled},
		{"a suspended Kustomization is left alone", w.testSuspended},
		{"without the right to ask it says so once, and asks when it has it", w.testForbidden},
		{"an update of the gate controller that hangs does not hold the ring", w.testControllerUpdate},
	} {
		if !t.Run(part.claim, part.test) {
			break // the next ones would only tell of this one
		}
	}
}

func (w *world) testHeld(t *testing.T) {
	n := w.startNotifier(t, "")
	defer n.stop()
	revision := w.commit(t)
	began := time.Now()
	w.flux.WaitReady(t, time.Minute, theGates, "False")
	first := time.Since(began)
	began = time.Now()
	w.flux.Reconcile(t, theGates)
	again := time.Since(began)
	t.Logf("Flux found the gate closed after %s, and when asked again after %s", first.Round(time.Millisecond), again.Round(time.Millisecond))
	if limit := 4 * time.Second; again > limit { // a health check looks at once, and then every 5 s
		t.Errorf("Flux was busy with a held gate for %s, expected less than %s", again, limit)
	}
	if _, words := w.flux.Ready(t, theGates); !strings.Contains(words, "HealthCheckFailed") {
		t.Errorf("Kustomization %s is Ready %s, expected HealthCheckFailed", theGates, words)
	}
	w.flux.Reconcile(t, theClusters)
	if _, words := w.flux.Ready(t, theClusters); !strings.Contains(words, "dependency 'flux-system/cassandra-demo-gate' is not ready") {
		t.Errorf("Kustomization %s is Ready %s, expected that it waits for %s", theClusters, words, theGates)
	}
	w.shows(t, "held")
	w.notApplied(t, revision)
	if diff := cmp.Diff([]string(nil), n.sent()); diff != "" {
		t.Errorf("requests of the notifier for a held gate (-want +got):\n%s", diff)
	}
}

func (w *world) testOpened(t *testing.T) {
	n := w.startNotifier(t, "")
	defer n.stop()
	const samples, limit = 5, 20 * time.Second // Flux by itself, and when asked in another order, takes 30 s or more
	var took []time.Duration
	var want []string
	for range samples {
		revision := w.held(t)
		opened := w.gates.open(t, ring)
		took = append(took, w.applied(t, revision).Sub(opened).Round(time.Millisecond))
		want = append(want, asksGates, asksClusters)
	}
	t.Logf("from opening to applied: %v", took)
	w.flux.WaitReady(t, time.Minute, theClusters, "True")
	w.shows(t, "applied")
	if slowest := slices.Max(took); slowest > limit {
		t.Errorf("from opening to applied it took up to %s, expected less than %s", slowest, limit)
	}
	if diff := cmp.Diff(want, n.asked()); diff != "" {
		t.Errorf("reconciles asked for (-want +got):\n%s", diff)
	}
}

func (w *world) testOvertaken(t *testing.T) {
	n := w.startNotifier(t, "")
	defer n.stop()
	first, second := w.held(t), w.held(t)
	w.gates.open(t, ring)
	w.applied(t, second)
	w.notApplied(t, first)
}
