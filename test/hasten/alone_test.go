//go:build argocd

package hasten

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/argocd"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// holding: nothing is asked from one denial to the next.
func holding(t *testing.T, w *world) {
	w.runGate(t, w.args...)
	revision := w.push(t)
	before := w.retries(t)
	bed.WaitFor(t, patience, "Argo CD is denied again", func() (bool, string) {
		now := w.retries(t)
		return now > before, fmt.Sprint("retry ", now)
	})
	w.wantAsked(t, map[string]int{})
	w.open(t, revision)
	w.waitApplied(t, revision)
}

func nothingOwed(t *testing.T, w *world) {
	w.waitSynced(t)
	w.runGate(t, w.args...)
	w.argo.Refresh(t, w.app())
	bed.WaitFor(t, patience, "Argo CD has looked", func() (bool, string) {
		_, asked := w.argo.Object(t, "Application", w.app()).GetAnnotations()["argocd.argoproj.io/refresh"]
		return !asked, "it has not"
	})
	w.wantAsked(t, map[string]int{})
}

// manualSync: the operation that has begun goes on by itself.
func manualSync(t *testing.T, w *world) {
	w.runGate(t, w.args...)
	revision := w.push(t)
	w.patchApp(t, `{"spec":{"syncPolicy":{"automated":{"enabled":false}}}}`)
	w.open(t, revision)
	w.waitOpen(t, revision)
	bed.WaitFor(t, patience, "the gate has looked", func() (bool, string) { return w.asked(t)["get 200"] > 0, fmt.Sprint(w.asked(t)) })
	w.waitApplied(t, revision)
	w.wantNoPatch(t)
	w.patchApp(t, `{"spec":{"syncPolicy":{"automated":{"enabled":null}}}}`)
}

// copied: the next attempt of Argo CD puts the right one back.
func copied(t *testing.T, w *world) {
	w.runGate(t, w.args...)
	revision := w.push(t)
	const id = `{"metadata":{"annotations":{"argocd.argoproj.io/tracking-id":"other:casskop-gitops.dev/Gate:other/other"}}}`
	w.patch(t, &v1alpha1.Gate{}, w.key(), id)
	w.open(t, revision)
	w.waitOpen(t, revision)
	bed.WaitFor(t, patience, "the gate says why not", func() (bool, string) { return w.said(t, "of another object") > 0, "it does not" })
	if diff := cmp.Diff(map[string]int{}, w.asked(t)); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	w.waitApplied(t, revision)
	if got := w.said(t, "of another object"); got != 1 {
		t.Errorf("it says so %d times, want once", got)
	}
}

// overtaken: what was read does not stand any more when the gate writes.
func overtaken(t *testing.T, w *world) {
	w.runGate(t) // opens, and no more
	revision := w.push(t)
	w.open(t, revision)
	w.waitOpen(t, revision)
	identity, err := client.New(w.GateIdentity(t), client.Options{Scheme: bed.Scheme})
	must(t, err)
	meddler := &meddler{Reader: identity, meddle: func() { w.patchApp(t, `{"metadata":{"annotations":{"example.com/note":"somebody was here"}}}`) }}
	tool := &argocd.Tool{Namespace: "argocd", Client: identity, Reader: meddler, Clock: clock.RealClock{}}
	after, err := tool.Hasten(t.Context(), w.Gate(t, w.key()), time.Now())
	must(t, err)
	if after > time.Second || meddler.reads != 1 {
		t.Errorf("want it to look again soon, got %s after %d reads", after, meddler.reads)
	}
	if got := w.finishedAt(t); strings.HasPrefix(got, "1970") {
		t.Errorf("it wrote over what had changed: finishedAt is %s", got)
	}
	w.waitApplied(t, revision)
}

// meddler changes what was read before anybody can write it.
type meddler struct {
	client.Reader
	meddle func()
	reads  int
}

func (m *meddler) Get(ctx context.Context, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
	err := m.Reader.Get(ctx, key, o, options...)
	m.reads++
	m.meddle()
	return err
}

func (w *world) retries(t *testing.T) int64 {
	t.Helper()
	n, _, err := unstructured.NestedInt64(w.argo.Object(t, "Application", w.app()).Object, "status", "operationState", "retryCount")
	must(t, err)
	return n
}

func (w *world) finishedAt(t *testing.T) string {
	t.Helper()
	at, _, err := unstructured.NestedString(w.argo.Object(t, "Application", w.app()).Object, "status", "operationState", "finishedAt")
	must(t, err)
	return at
}

func (w *world) wantAsked(t *testing.T, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, w.asked(t)); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func (w *world) wantNoPatch(t *testing.T) {
	t.Helper()
	for what := range w.asked(t) {
		if strings.HasPrefix(what, "patch") {
			t.Errorf("the gate wrote: %v", w.asked(t))
		}
	}
}

// said counts the lines in the log of the gate with a text.
func (w *world) said(t *testing.T, text string) (count int) {
	t.Helper()
	content, err := os.ReadFile(w.gate.LogFile)
	must(t, err)
	return strings.Count(string(content), text)
}
