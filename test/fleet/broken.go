package fleet

import (
	"fmt"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
)

// patience is how long CassKop may take on a busy machine.
const patience = 5 * time.Minute

// WaitBroken waits until a cluster has taken in a commit and a pod with its image is not ready.
func (m *Member) WaitBroken(t testing.TB, c Commit) {
	t.Helper()
	bed.WaitFor(t, patience, "a pod in "+m.Name+" cannot start", func() (bool, string) {
		carried, readiness := m.State(t)
		return carried == c.Revision && readiness.Reason == gate.ReasonNotRunning, readiness.Message
	})
}

// Replace deletes the last pod of a cluster with one rack, once its StatefulSet has an image, as somebody must whose pod never came up.
func (m *Member) Replace(t testing.TB, image string) {
	t.Helper()
	var sets appsv1.StatefulSetList
	bed.WaitFor(t, patience, "the StatefulSet in "+m.Name+" has image "+image, func() (bool, string) {
		must(t, m.Client.List(t.Context(), &sets, client.InNamespace(m.Key.Namespace)))
		got := casskopbed.Image(sets.Items[0].Spec.Template.Spec)
		return got == image, "it has " + got
	})
	set := &sets.Items[0]
	m.CassKop.Kubelet.Replace(t, fmt.Sprint(set.Name, "-", *set.Spec.Replicas-1))
}
