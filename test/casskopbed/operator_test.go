package casskopbed

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const (
	oldImage = "cassandra:3.11.9"
	newImage = "cassandra:3.11.10"
)

// TestImageChange: a ring comes up, and takes another image pod by pod. Readiness says so from the first moment to the last.
func TestImageChange(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	r := created(t, "image", Options{}, twoNodes)
	t.Logf("ready %.1f s after CassKop was started", time.Since(begin).Seconds())
	h := r.watch(t)
	begin = time.Now()
	r.set(t, newImage, "cassandraImage")
	r.wait(t, casskop.ReasonNotRunning, casskop.ReasonActionNotDone)
	r.wait(t, casskop.ReasonReady)
	t.Logf("two pods were rolled in %.1f s", time.Since(begin).Seconds())
	h.wait(t, casskop.ReasonReady)
	h.mu.Lock()
	defer h.mu.Unlock()
	if diff := cmp.Diff([]string{"ring-dc1-rack1-1", "ring-dc1-rack1-0"}, h.stopped); diff != "" {
		t.Errorf("pods that stopped (-want +got):\n%s", diff)
	}
	if h.fewest != 1 {
		t.Errorf("want 1 pod of 2 ready at all times, got %d", h.fewest)
	}
	if i := slices.Index(h.reasons, casskop.ReasonNotTakenIn); i < 0 || slices.Index(h.reasons[i:], casskop.ReasonReady) != len(h.reasons)-1-i {
		t.Errorf("want readiness to begin with %s and to come back once, at the end: %v", casskop.ReasonNotTakenIn, h.reasons)
	}
	for _, pod := range pods(t, r) {
		if got := Image(pod.Spec); got != newImage {
			t.Errorf("image of %s is %s", pod.Name, got)
		}
	}
}

// TestStoppedOperator: what a CassKop that is down leaves behind says Running and Done of another spec. It may go at any moment.
func TestStoppedOperator(t *testing.T) {
	t.Parallel()
	r := created(t, "stopped", Options{})
	must(t, r.Stop())
	r.set(t, newImage, "cassandraImage")
	phase, action, status := casskop.Progress(r.wait(t, casskop.ReasonNotTakenIn).Object)
	if phase != casskop.PhaseRunning || status != casskop.StatusDone {
		t.Errorf("want a stale %s and %s, got %s, and %s of %s", casskop.PhaseRunning, casskop.StatusDone, phase, status, action)
	}
	if got := Image(pods(t, r)[0].Spec); got != oldImage {
		t.Errorf("the pod has image %s though CassKop was down", got)
	}
	must(t, r.Start())
	r.wait(t, casskop.ReasonNotRunning, casskop.ReasonActionNotDone)
	must(t, r.Kill())
	must(t, r.Start())
	r.wait(t, casskop.ReasonReady)
	if got := Image(pods(t, r)[0].Spec); got != newImage {
		t.Errorf("the pod has image %s in the end", got)
	}
	if r.Restarts() != 0 {
		t.Errorf("CassKop was started %d times by itself", r.Restarts())
	}
}

// TestRefusedChange: CassKop puts the old value back and says that it did.
func TestRefusedChange(t *testing.T) {
	t.Parallel()
	r := created(t, "refused", Options{})
	r.set(t, "2Gi", "dataCapacity")
	cc := r.wait(t, casskop.ReasonCorrected)
	if got, _, _ := unstructured.NestedString(cc.Object, "spec", "dataCapacity"); got != "1Gi" {
		t.Errorf("dataCapacity is %s, want the old one back", got)
	}
}

// TestPanic: CassKop 1.1.5 panics on other resources of a datacenter. Its last act is to take the change in without having worked on it; the
// next run does the work.
func TestPanic(t *testing.T) {
	t.Parallel()
	r := created(t, "panic", Options{})
	resources := map[string]any{"requests": map[string]any{"cpu": "1", "memory": "1Gi"}}
	dc := map[string]any{"name": "dc1", "rack": []any{map[string]any{"name": "rack1"}}, "resources": resources}
	r.set(t, []any{dc}, "topology", "dc")
	bed.WaitFor(t, patience, "CassKop has ended and is back", func() (bool, string) { return r.Restarts() > 0, "it has not" })
	r.wait(t, casskop.ReasonNotRunning, casskop.ReasonActionNotDone)
	r.wait(t, casskop.ReasonReady)
	for _, c := range pods(t, r)[0].Spec.Containers {
		if got := c.Resources.Requests.Memory().String(); c.Name == cassandraContainer && got != "1Gi" {
			t.Errorf("memory is %s, want 1Gi", got)
		}
	}
}

// TestSickPod: a pod that fails its probe is noticed, and that it is well again.
func TestSickPod(t *testing.T) {
	t.Parallel()
	r := created(t, "sick", Options{})
	r.Kubelet.Sicken("ring-dc1-rack1-0")
	r.wait(t, casskop.ReasonNotRunning)
	r.Kubelet.Heal("ring-dc1-rack1-0")
	r.wait(t, casskop.ReasonReady)
}

// TestBrokenImage: a fix reaches the StatefulSet, but Kubernetes waits for the broken pod of the revision before. Somebody has to delete it.
// It does not even reach it when no node is ready, for CassKop asks one before it does anything.
func TestBrokenImage(t *testing.T) {
	t.Parallel()
	r := created(t, "broken", Options{}, twoNodes)
	r.Kubelet.BreakImage("cassandra:broken")
	r.set(t, "cassandra:broken", "cassandraImage")
	r.wait(t, casskop.ReasonNotRunning)
	r.set(t, newImage, "cassandraImage")
	bed.WaitFor(t, patience, "the StatefulSet has the fix", func() (bool, string) {
		set := statefulSet(t, r)
		return Image(set.Spec.Template.Spec) == newImage && set.Status.ObservedGeneration == set.Generation, Image(set.Spec.Template.Spec)
	})
	r.wait(t, casskop.ReasonNotRunning) // taken in, too
	broken := pods(t, r)[1]
	if Image(broken.Spec) != "cassandra:broken" || broken.DeletionTimestamp != nil {
		t.Errorf("want the broken pod to stay, got one with %s", Image(broken.Spec))
	}
	r.Kubelet.Replace(t, broken.Name)
	r.wait(t, casskop.ReasonReady)
}

// pods of a ring, by name.
func pods(t *testing.T, r *ring) []corev1.Pod {
	t.Helper()
	var list corev1.PodList
	must(t, clusters[0].Client.List(t.Context(), &list, client.InNamespace(r.key.Namespace)))
	slices.SortFunc(list.Items, func(a, b corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
	return list.Items
}

// statefulSet is that of the only rack.
func statefulSet(t *testing.T, r *ring) *appsv1.StatefulSet {
	t.Helper()
	var list appsv1.StatefulSetList
	must(t, clusters[0].Client.List(t.Context(), &list, client.InNamespace(r.key.Namespace)))
	if len(list.Items) != 1 {
		t.Fatalf("there are %d StatefulSets in %s, want 1", len(list.Items), r.key.Namespace)
	}
	return &list.Items[0]
}
