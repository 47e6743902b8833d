package flux

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/fluxbed"
)

func (w *world) testMissed(t *testing.T) {
	revision := w.held(t)
	opened := w.gates.open(t, ring)
	waitFor(t, "more time has passed than a notifier needs", func() bool { return time.Since(opened) > 5*time.Second })
	w.notApplied(t, revision)
	n := w.startNotifier(t, "")
	defer n.stop()
	w.applied(t, revision)
}

func (w *world) testKilled(t *testing.T) {
	revision := w.held(t)
	first := w.startNotifier(t, asksGates)
	w.gates.open(t, ring)
	<-first.dead
	w.flux.WaitReady(t, time.Minute, theGates, "True")
	first.stop()
	w.notApplied(t, revision)
	second := w.startNotifier(t, "")
	defer second.stop()
	w.applied(t, revision)
	if diff := cmp.Diff([]string{asksClusters}, second.asked()); diff != "" {
		t.Errorf("reconciles that the second notifier asked for (-want +got):\n%s", diff)
	}
}

func (w *world) testSuspended(t *testing.T) {
	n := w.startNotifier(t, "")
	defer n.stop()
	w.suspend(t, theClusters, true)
	revision := w.held(t)
	opened := w.gates.open(t, ring)
	w.flux.WaitReady(t, time.Minute, theGates, "True")
	waitFor(t, "the notifier has seen that it is suspended", func() bool { return slices.Contains(n.sent(), "GET "+theClusters) })
	looks := len(n.sent())
	waitFor(t, "some time has passed", func() bool { return time.Since(opened) > 3*time.Second })
	if got := len(n.sent()) - looks; got > 0 {
		t.Errorf("the notifier sent %d more requests about a suspended Kustomization, expected none", got)
	}
	if diff := cmp.Diff([]string{asksGates}, n.asked()); diff != "" {
		t.Errorf("reconciles asked for (-want +got):\n%s", diff)
	}
	w.notApplied(t, revision)
	w.suspend(t, theClusters, false)
	w.applied(t, revision)
}

func (w *world) testForbidden(t *testing.T) {
	revision := w.held(t)
	binding := &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: fluxbed.Namespace, Name: "casskop-gitops-cassandra-e2e.cassandra-demo"}}
	must(t, w.cluster.Client.Get(t.Context(), client.ObjectKeyFromObject(binding), binding))
	must(t, w.cluster.Client.Delete(t.Context(), binding))
	n := w.startNotifier(t, "")
	defer n.stop()
	w.gates.open(t, ring)
	waitFor(t, "the notifier has tried three times", func() bool { return len(n.sent()) >= 3 })
	w.notApplied(t, revision)
	binding.ResourceVersion = ""
	must(t, w.cluster.Client.Create(t.Context(), binding))
	w.applied(t, revision)
	if got := n.logged("Flux cannot be asked"); got != 1 {
		t.Errorf("the notifier said %d times that it cannot ask, expected once:\n%s", got, strings.Join(n.lines, "\n"))
	}
}

func (w *world) testControllerUpdate(t *testing.T) {
	n := w.startNotifier(t, "")
	defer n.stop()
	w.tree["base/gate/controller/deployment.yaml"] = strings.ReplaceAll(w.tree["base/gate/controller/deployment.yaml"], "image: casskop-gitops-gate", "image: casskop-gitops-gate:broken")
	revision := w.held(t)
	w.gates.open(t, ring)
	w.applied(t, revision)
	if status, words := w.flux.Ready(t, fluxbed.GateKustomization); status == "True" {
		t.Errorf("Kustomization %s is Ready %s, expected that it waits for its Deployment", fluxbed.GateKustomization, words)
	}
}
