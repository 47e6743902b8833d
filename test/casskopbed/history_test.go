package casskopbed

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// history is what a watcher has seen of a ring.
type history struct {
	mu      sync.Mutex
	reasons []string // of readiness, without repeats
	stopped []string // pods that were ready and are not, in order
	ready   map[string]bool
	fewest  int // pods that were ready at one time
}

// watch sees all that happens to a ring from now on.
func (r *ring) watch(t *testing.T) *history {
	t.Helper()
	h := &history{ready: map[string]bool{}}
	var pods corev1.PodList
	must(t, clusters[0].Client.List(t.Context(), &pods, client.InNamespace(r.key.Namespace)))
	for _, pod := range pods.Items {
		h.ready[pod.Name] = IsReady(&pod)
	}
	h.fewest = h.count()
	list := &unstructured.UnstructuredList{}
	list.SetAPIVersion(casskop.APIVersionV1alpha1)
	list.SetKind(casskop.KindCassandraCluster + "List")
	rings, err := clusters[0].Client.Watch(t.Context(), list, client.InNamespace(r.key.Namespace))
	must(t, err)
	changes, err := clusters[0].Client.Watch(t.Context(), &corev1.PodList{}, client.InNamespace(r.key.Namespace))
	must(t, err)
	go func() {
		for event := range rings.ResultChan() {
			if cc, ok := event.Object.(*unstructured.Unstructured); ok {
				h.sawRing(cc)
			}
		}
	}()
	go func() {
		for event := range changes.ResultChan() {
			if pod, ok := event.Object.(*corev1.Pod); ok {
				h.sawPod(pod)
			}
		}
	}()
	return h
}

// wait waits until the watcher has seen a reason last: it may lag behind a read.
func (h *history) wait(t *testing.T, reason string) {
	t.Helper()
	bed.WaitFor(t, patience, "the watcher sees "+reason, func() (bool, string) {
		h.mu.Lock()
		defer h.mu.Unlock()
		return slices.Contains(h.reasons[max(len(h.reasons)-1, 0):], reason), fmt.Sprint(h.reasons)
	})
}

func (h *history) sawRing(cc *unstructured.Unstructured) {
	h.mu.Lock()
	defer h.mu.Unlock()
	reason := casskop.ReadinessOf(cc.Object).Reason
	if len(h.reasons) == 0 || h.reasons[len(h.reasons)-1] != reason {
		h.reasons = append(h.reasons, reason)
	}
}

func (h *history) sawPod(pod *corev1.Pod) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ready[pod.Name] && !IsReady(pod) {
		h.stopped = append(h.stopped, pod.Name)
	}
	h.ready[pod.Name] = IsReady(pod)
	h.fewest = min(h.fewest, h.count())
}

func (h *history) count() (ready int) {
	for _, is := range h.ready {
		if is {
			ready++
		}
	}
	return ready
}
