package operate

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/docs"
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
	w.pipeline()
}

// pipeline does what docs/operate.md has a pipeline do, in a clone of a repository with the tree of the ring.
func (w *world) pipeline() {
	w.Helper()
	binary, err := bed.Program("gate")
	w.must(err)
	clone := "git init --quiet --bare $remote; cp -r $tree/. .; git init --quiet; git add .; git commit --quiet -m 'Another image'; git push --quiet -u $remote HEAD\n"
	for _, b := range docs.RunBy(w.T) {
		cmd := exec.CommandContext(w.Context(), "sh", "-e", "-c", clone+strings.ReplaceAll(b.Text, "cassandra-e2e", w.ring.Namespace))
		cmd.Dir = w.TempDir()
		cmd.Env = append(os.Environ(), "KUBECONFIG="+w.kubeconfig, "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"), "tree="+w.tree.Dir, "remote="+w.TempDir(),
			"GIT_AUTHOR_NAME=ci", "GIT_AUTHOR_EMAIL=ci@example.com", "GIT_COMMITTER_NAME=ci", "GIT_COMMITTER_EMAIL=ci@example.com", "GIT_CONFIG_GLOBAL=/dev/null")
		out, err := cmd.CombinedOutput()
		if want := w.ring.Namespace + "/cassandra-demo is rolled-out"; err != nil || !strings.Contains(string(out), want) {
			w.Errorf("%s: want %q, got %v\n%s", b, want, err, out)
		}
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
