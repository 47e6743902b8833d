package gate

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	toolswatch "k8s.io/client-go/tools/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// history is each state of the Gates of a namespace, with the time at which a watcher saw it.
type history struct {
	mu     sync.Mutex
	states map[string][]state
}

type state struct {
	at   time.Time
	gate *v1alpha1.Gate
}

// begin installs the gate in all clusters, and starts the controller of one for a namespace.
func begin(t *testing.T, here *bed.Cluster, namespace string) (*history, *bed.GateProcess) {
	t.Helper()
	for _, c := range clusters {
		c.Namespace(t, namespace)
		if err := c.InstallGate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return record(t, here, namespace), here.RunGate(t, namespace)
}

// record begins to watch the Gates of a namespace, until the end of the test.
func record(t *testing.T, c *bed.Cluster, namespace string) *history {
	t.Helper()
	present := &v1alpha1.GateList{}
	if err := c.Client.List(t.Context(), present, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	// an API server ends the watch of who is slow, as all are on a loaded machine
	watching, err := toolswatch.NewRetryWatcherWithContext(t.Context(), present.ResourceVersion, watcher{c.Client, namespace})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(watching.Stop)
	h := &history{states: map[string][]state{}}
	go func() {
		for event := range watching.ResultChan() {
			if g, ok := event.Object.(*v1alpha1.Gate); ok {
				h.mu.Lock()
				h.states[g.Name] = append(h.states[g.Name], state{time.Now(), g})
				h.mu.Unlock()
			}
		}
	}()
	return h
}

// watcher watches Gates for a RetryWatcher.
type watcher struct {
	client.WithWatch
	namespace string
}

// WatchWithContext implements cache.WatcherWithContext.
func (w watcher) WatchWithContext(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	return w.Watch(ctx, &v1alpha1.GateList{}, client.InNamespace(w.namespace), &client.ListOptions{Raw: &options})
}

// since are the states of a Gate that were seen after a time, and before them the one that it was in.
func (h *history) since(name string, begin time.Time) []state {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.states[name]
	for len(all) > 1 && !all[1].at.After(begin) {
		all = all[1:]
	}
	return append([]state(nil), all...)
}

// wait waits until a Gate is in a wanted state, and returns how long after the cause it was first seen in it.
func (h *history) wait(t *testing.T, name string, cause time.Time, timeout time.Duration, want func(*v1alpha1.Gate) bool) (time.Duration, *v1alpha1.Gate) {
	t.Helper()
	var found state
	bed.WaitFor(t, time.Until(cause.Add(timeout)), "Gate "+name+" says what it should", func() (bool, string) {
		for _, found = range h.since(name, cause) {
			if want(found.gate) {
				return true, ""
			}
		}
		if found.gate == nil {
			return false, "it was not seen"
		}
		return false, fmt.Sprintf("%s: %+v", message(found.gate), found.gate.Status)
	})
	return max(found.at.Sub(cause), 0), found.gate
}
