package flux

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fluxbed"
)

// TestFluxLeavesAHoldByHandAlone: `gate hold` outlasts reconciles and commits, which what kubectl sets does not; and what git holds is git's.
func TestFluxLeavesAHoldByHandAlone(t *testing.T) {
	w := newWorld(t)
	w.held(t)
	w.program(t, 0, "hold", ring.Name, "--reason", "ticket 4712")
	w.program(t, 0, "open", ring.Name, "--reason", "ticket 4711", "--revision", w.gate(t).Spec.Revision)
	for range 2 {
		w.flux.Reconcile(t, theGates)
		w.heldByHand(t, true)
	}
	revision := w.held(t)
	w.heldByHand(t, true)
	if found := w.gate(t); found.Spec.Revision != revision || found.Annotations[v1alpha1.AnnotationOpen] == "" {
		t.Errorf("want revision %s and the annotations of gate open, got %s and %v", revision, found.Spec.Revision, found.Annotations)
	}

	// git begins to hold as well, without another change: Flux sees no difference, until the hand lets go
	w.flux.Push(t, w.withHold(t, revision))
	w.flux.Reconcile(t, theGates)
	w.program(t, 0, "resume", ring.Name)
	w.flux.Reconcile(t, theGates)
	if out := w.program(t, 1, "resume", ring.Name); !strings.Contains(out, "git holds it") {
		t.Errorf("got %s", out)
	}
	revision = w.held(t) // without it
	waitFor(t, "Flux has taken git's hold off", func() bool { return !w.gate(t).Spec.Hold })
	w.program(t, 0, "hold", ring.Name, "--reason", "ticket 4713")
	w.program(t, 0, "resume", ring.Name)
	w.heldByHand(t, false)

	const byKubectl = `{"spec":{"hold":true},"metadata":{"annotations":{"casskop-gitops.dev/note":"by kubectl"}}}`
	if out := w.cluster.Kubectl(t, nil, "patch", "gate", ring.Name, "-n", ring.Namespace, "--type=merge", "-p", byKubectl); out.Code != 0 {
		t.Fatalf("%+v", out)
	}
	w.flux.Reconcile(t, theGates)
	if found := w.gate(t); found.Spec.Hold || found.Annotations["casskop-gitops.dev/note"] != "" || found.Spec.Revision != revision {
		t.Errorf("Flux leaves what kubectl sets alone: hold %v, %v: say so in docs/operate.md", found.Spec.Hold, found.Annotations)
	}
}

// program runs gate as an administrator, who must end with an exit code, and returns what it prints.
func (w *world) program(t *testing.T, code int, args ...string) string {
	t.Helper()
	binary, err := bed.Program("gate")
	must(t, err)
	cmd := exec.CommandContext(t.Context(), binary, append(args, "-n", ring.Namespace)...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+bed.KubeconfigFile(t, w.cluster.Config))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	if found := cmd.ProcessState.ExitCode(); found != code {
		t.Fatalf("gate %v: want exit %d, got %d: %s", args, code, found, out.String())
	}
	return out.String()
}

// heldByHand fails unless the Gate is, or is not, held by hand, and says why.
func (w *world) heldByHand(t *testing.T, want bool) {
	t.Helper()
	found := w.gate(t)
	if why := found.Annotations[v1alpha1.AnnotationHoldReason]; found.Spec.Hold != want || (why != "") != want {
		t.Fatalf("want held %v, got %v and %q", want, found.Spec.Hold, why)
	}
}

func (w *world) gate(t *testing.T) *v1alpha1.Gate {
	t.Helper()
	return w.cluster.Gate(t, ring)
}

// withHold is the committed tree at a revision, with gate.hold for the cluster here.
func (w *world) withHold(t *testing.T, revision string) fluxbed.Tree {
	t.Helper()
	const file = "clusters/" + clusterName + "/cassandra-demo/gate/gate.yaml"
	tree := w.tree.Replace(w.revision, revision)
	before := tree[file]
	if tree[file] = strings.Replace(before, "spec:\n", "spec:\n  hold: true\n", 1); tree[file] == before {
		t.Fatalf("%s has no spec", file)
	}
	return tree
}
