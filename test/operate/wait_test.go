package operate

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestWaitThroughARollout: waits that began before the commit arrived end when it is open, and when it is rolled out; the live view tells of each change.
func TestWaitThroughARollout(t *testing.T) {
	w := newWorld(t, "waiting")
	first, second := clusters[0], clusters[1]
	w.runGates()
	w.deliver(first, bed.Done)
	w.deliver(second, bed.Done)
	watch := w.start("status", "cassandra-demo", "--watch")
	each := w.start("status", "cassandra-demo", bothContexts, "--watch", "-o", "json")
	w.prints(watch, "waiting/cassandra-demo k8s-cluster1: gate open", "k8s-cluster2: gate open", "Running UpdateDockerImage Done")

	next := w.ring
	next.Image, next.Configure = "cassandra:4.0.5", func(o *v1alpha1.RenderConfig) { o.Gate.StableFor.Duration = 2 * time.Second }
	revision := next.Render(t).Revision
	wait := func(args ...string) *bed.Process {
		return w.start(append([]string{"wait", "cassandra-demo", "--revision", revision, "--timeout=5m"}, args...)...)
	}
	open, rolled := wait("--for=open"), wait("--for=rolled-out", bothContexts)
	before := w.gate("wait", "cassandra-demo", "--for=rolled-out", "--timeout=1s", "--revision", revision)
	if want := "its Gate wants revision " + w.tree.Revision + ", not " + revision; before.Code != 1 || !strings.Contains(before.Stderr, want) {
		t.Errorf("before the commit: want %q, got %+v", want, before)
	}

	w.ring.Configure = next.Configure
	w.commit(next.Image)
	w.says(second, "held: "+gate.ReasonNotCarried, "held: "+gate.ReasonSoaking)
	w.deliver(first, bed.Ongoing)
	w.prints(watch, "Running UpdateDockerImage Ongoing (ActionNotDone); revision "+revision)
	w.takenIn(first, bed.Done)
	w.prints(open, "waiting/cassandra-demo is open")
	w.says(second, "open: "+gate.ReasonRuleMet)
	w.deliver(second, bed.Done)
	done := time.Now()
	w.prints(rolled, "waiting/cassandra-demo is rolled-out")
	if took := time.Since(done); took < time.Second { // times in a status are whole seconds
		t.Errorf("it was rolled out %s after it became ready, want stableFor", took)
	}
	w.prints(watch, "k8s-cluster2: gate open: RuleMet; Running UpdateDockerImage Done; revision "+revision)
	bed.WaitFor(t, soon, "json was printed for the changes", func() (bool, string) {
		content, err := os.ReadFile(each.Log)
		w.must(err)
		n := strings.Count(string(content), `"kind": "RingStatusList"`)
		return n >= 4, string(content)
	})
	for _, p := range []*bed.Process{watch, each, open, rolled} {
		w.must(p.End(2))
	}
}

// TestWaitWhileStalled: it ends at once, unless it is told to go on; a cluster that is down is waited for.
func TestWaitWhileStalled(t *testing.T) {
	w := newWorld(t, "stalling")
	w.runGates()
	w.deliver(clusters[0], bed.Corrected)
	w.says(clusters[1], "held: "+gate.ReasonChangeRefused)
	got := w.gate("wait", "cassandra-demo", "--for=rolled-out")
	if want := "error: stalled: k8s-cluster1: ChangeRefused: "; got.Code != 1 || !strings.Contains(got.Stderr, want) || !strings.Contains(got.Stderr, "what to do: Take the change back") {
		t.Errorf("want %q, got %+v", want, got)
	}
	other := w.gate("wait", "cassandra-demo", "--for=open", "--revision=00000000", "--timeout=1s")
	if want := "error: not open within 1s: "; other.Code != 1 || !strings.Contains(other.Stderr, want) {
		t.Errorf("stalled at another revision: want %q, got %+v", want, other)
	}
	patient := w.start("wait", "cassandra-demo", "--for=open", "--ignore-stalled")
	w.prints(patient, "gate stalled: ChangeRefused")
	clusters[0].StopAPIServer(t)
	w.prints(patient, "k8s-cluster1: not reached: ConnectionRefused")
	clusters[0].StartAPIServer(t)
	w.deliver(clusters[0], bed.Done) // its policies take some seconds after a start
	w.prints(patient, "stalling/cassandra-demo is open")
}
