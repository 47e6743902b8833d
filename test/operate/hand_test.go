package operate

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/operate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// ok runs the program, which must exit with 0 and print some texts.
func (w *world) ok(args []string, want ...string) {
	w.Helper()
	w.exits(0, args, want...)
}

func (w *world) exits(code int, args []string, want ...string) {
	w.Helper()
	got := w.gate(args...)
	for _, text := range want {
		if !strings.Contains(got.Stdout+got.Stderr, text) {
			w.Errorf("gate %v: want %q, got\n%s%s", args, text, got.Stdout, got.Stderr)
		}
	}
	if got.Code != code {
		w.Errorf("gate %v: want exit %d, got %+v", args, code, got)
	}
}

// events counts those of the Gate in the second cluster with a reason, and returns the last message.
func (w *world) events(reason string) (n int, message string) {
	w.Helper()
	var list corev1.EventList
	w.must(clusters[1].Client.List(w.Context(), &list, client.InNamespace(w.ring.Namespace)))
	for _, e := range list.Items {
		if e.Reason == reason && e.InvolvedObject.UID == clusters[1].Gate(w.T, w.tree.Key()).UID {
			n, message = n+1, e.Message
		}
	}
	return n, message
}

func (w *world) wantEvents(reason string, n int, message string) {
	w.Helper()
	if found, said := w.events(reason); found != n || said != message {
		w.Errorf("want %d Events %s with %q, got %d with %q", n, reason, message, found, said)
	}
}

// TestOpenLetsOneRevisionThrough: the one that the Gate wants, once, on record.
func TestOpenLetsOneRevisionThrough(t *testing.T) {
	w := newWorld(t, "opening")
	second, revision := clusters[1], w.tree.Revision
	second.RunGate(t, w.ring.Namespace)
	w.says(second, "held: "+gate.ReasonNotCreated)
	open := func(revision string, more ...string) []string {
		return append([]string{"open", "cassandra-demo", "--revision", revision, "--reason", "dc1 is lost,\n ticket 4711"}, more...)
	}
	w.exits(1, open("00000000"), "error: refused: Gate opening/cassandra-demo in context k8s-cluster2 wants revision "+revision+", not 00000000")
	w.ok(open(revision, "--dry-run"), "dry run, nothing was changed: ", "it was held: NotCreated: ")
	if g := second.Gate(t, w.tree.Key()); len(g.Annotations) > 0 || gate.IsOpen(g) {
		t.Errorf("a refusal or a dry run has changed the Gate: %v", g.Annotations)
	}
	w.wantEvents(operate.ReasonOpenAsked, 0, "")

	w.ok(open(revision), "is opened by hand for revision "+revision+": dc1 is lost, ticket 4711 (alice)\n", "it was held: NotCreated: ", "take it back")
	g := w.says(second, "open: "+gate.ReasonOpenedByHand)
	if why := g.Status.Conditions[0].Message; why != "opened by hand: dc1 is lost, ticket 4711 (alice)" {
		t.Errorf("the Gate says %q", why)
	}
	w.ok(open(revision), "was opened by hand for revision "+revision+" before: dc1 is lost")
	w.wantEvents(operate.ReasonOpenAsked, 1, "alice opens it for revision "+revision+": dc1 is lost, ticket 4711")

	w.commit("cassandra:4.0.5")
	w.says(second, "held: "+gate.ReasonNotCreated)
	w.ok([]string{"close", "cassandra-demo"}, "no longer opened by hand")
	w.ok([]string{"close", "cassandra-demo"}, "nothing to do")
	w.wantEvents(operate.ReasonCloseAsked, 1, "alice no longer opens it by hand")
	if g := second.Gate(t, w.tree.Key()); len(g.Annotations) > 0 {
		t.Errorf("close leaves %v", g.Annotations)
	}
}

// TestHold: what is applied goes on, what is not is kept back, and the rest of the ring goes on.
func TestHold(t *testing.T) {
	w := newWorld(t, "holding")
	first, second := clusters[0], clusters[1]
	w.runGates()
	w.deliver(first, bed.Done)
	w.deliver(second, bed.Done)
	hold, resume := []string{"hold", "cassandra-demo", "--reason", "ticket 4712"}, []string{"resume", "cassandra-demo"}
	w.ok(append(hold, "--dry-run"), "dry run, nothing was changed")
	w.ok(resume, "is not held by hand: nothing to do")

	w.ok(hold, "is held by hand: ticket 4712 (alice)")
	w.ok(hold, "is held by hand already: ticket 4712 (alice)")
	w.wantEvents(operate.ReasonHoldAsked, 1, "alice holds it: ticket 4712")
	w.says(second, "open: "+gate.ReasonCarried) // applied: there is nothing to hold

	w.commit("cassandra:4.0.5")
	g := w.says(second, "held: "+gate.ReasonHold)
	if why := g.Status.Conditions[0].Message; why != "spec.hold is true: ticket 4712 (alice)" {
		t.Errorf("the Gate says %q", why)
	}
	w.says(first, "open: "+gate.ReasonRuleMet) // it is not kept back by it
	w.deliver(first, bed.Done)
	w.exits(1, []string{"status", "cassandra-demo"}, "k8s-cluster2 is held: Hold: spec.hold is true: ticket 4712 (alice)")

	w.ok(append(resume, "--dry-run"), "dry run, nothing was changed")
	w.ok(resume, "is no longer held by hand")
	w.wantEvents(operate.ReasonResumeAsked, 1, "alice no longer holds it")
	g = w.says(second, "open: "+gate.ReasonRuleMet)
	if g.Spec.Hold || len(g.Annotations) > 0 {
		t.Errorf("resume leaves hold %v and %v", g.Spec.Hold, g.Annotations)
	}

	w.ok(hold) // open, and not applied yet
	w.says(second, "held: "+gate.ReasonHold)
	if err := w.tree.Deliver(t, second); !apierrors.IsForbidden(err) {
		t.Errorf("what was open and not applied is let in: %v", err)
	}
	w.ok(resume)
	w.deliver(second, bed.Done)
}

// TestResumeWhatGitHolds: it says so, and what to do.
func TestResumeWhatGitHolds(t *testing.T) {
	w := newWorld(t, "githeld")
	w.ring.Configure = func(o *v1alpha1.RenderConfig) { o.Gate.Hold = []string{clusters[1].Name} }
	w.commit("cassandra:4.0.5")
	const refusal = "error: not resumed: Gate githeld/cassandra-demo in context k8s-cluster2 is still held: git holds it: take its cluster out of gate.hold in render.yaml"
	w.exits(1, []string{"resume", "cassandra-demo"}, refusal)
	w.ok([]string{"hold", "cassandra-demo", "--reason", "by hand too"}, "is held by hand")
	w.exits(1, []string{"resume", "cassandra-demo"}, "is no longer held by hand", refusal)

	w.ring.Configure = nil
	w.commit("cassandra:4.0.6")
	w.ok([]string{"resume", "cassandra-demo"}, "nothing to do")
	before := clusters[1].Gate(t, w.tree.Key())
	after := before.DeepCopy()
	after.Spec.Hold = true
	w.must(clusters[1].Client.Patch(t.Context(), after, client.MergeFrom(before), client.FieldOwner("kubectl-edit")))
	w.exits(1, []string{"resume", "cassandra-demo"}, "spec.hold is true, set by kubectl-edit: set it to false there")
}

// TestAGateThatChangesMeanwhile: the annotations are written on condition that the Gate is the one that was judged.
func TestAGateThatChangesMeanwhile(t *testing.T) {
	w := newWorld(t, "changing")
	stop := make(chan struct{})
	ended := make(chan struct{})
	go func() { // as a controller does that writes its status
		defer close(ended)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
			g := clusters[1].Gate(t, w.tree.Key())
			g.Status.ObservedGeneration = int64(i)
			_ = clusters[1].Client.Status().Update(t.Context(), g) // a conflict is as good
		}
	}()
	for range 5 {
		w.ok([]string{"open", "cassandra-demo", "--revision", w.tree.Revision, "--reason", "x"})
		w.ok([]string{"close", "cassandra-demo"})
	}
	close(stop)
	<-ended
}
