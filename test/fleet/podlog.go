package fleet

import (
	"maps"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
)

// PodLog is what a watcher sees of the pods of a ring.
type PodLog struct {
	mu      sync.Mutex
	ready   map[string]bool // by cluster/pod
	stopped []string        // those that were ready and are not, in order
	most    int             // that were not ready at one time
}

// WatchPods sees all that happens to the pods of a ring from now on.
func (r *Ring) WatchPods(t testing.TB) *PodLog {
	t.Helper()
	l := &PodLog{ready: map[string]bool{}}
	for _, m := range r.Members {
		var pods corev1.PodList
		must(t, m.Client.List(t.Context(), &pods, client.InNamespace(r.Name)))
		for i := range pods.Items {
			l.ready[m.Name+"/"+pods.Items[i].Name] = casskopbed.IsReady(&pods.Items[i])
		}
		changes, err := m.Client.Watch(t.Context(), &corev1.PodList{}, client.InNamespace(r.Name))
		must(t, err)
		go func() {
			for event := range changes.ResultChan() {
				if pod, ok := event.Object.(*corev1.Pod); ok {
					l.saw(m.Name+"/"+pod.Name, casskopbed.IsReady(pod))
				}
			}
		}()
	}
	return l
}

func (l *PodLog) saw(pod string, ready bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ready[pod] && !ready {
		l.stopped = append(l.stopped, pod)
	}
	l.ready[pod] = ready
	missing := 0
	for is := range maps.Values(l.ready) {
		if !is {
			missing++
		}
	}
	l.most = max(l.most, missing)
}

// Stopped are the pods that were ready and stopped, as cluster/pod, in order, and how many were not ready at one time at most.
func (l *PodLog) Stopped() (pods []string, most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(pods, l.stopped...), l.most
}
