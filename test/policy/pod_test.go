package policy

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestTheNamespaceTakesThePod: its level is restricted, and what the Deployment makes is within it. The level is enforced: the same
// pod with one wish more is refused.
func TestTheNamespaceTakesThePod(t *testing.T) {
	tests := map[string]struct {
		change func(*corev1.PodSpec)
		passes bool
	}{
		"as it is":            {func(*corev1.PodSpec) {}, true},
		"as root":             {func(spec *corev1.PodSpec) { spec.SecurityContext.RunAsNonRoot = nil }, false},
		"without seccomp":     {func(spec *corev1.PodSpec) { spec.SecurityContext.SeccompProfile = nil }, false},
		"with capabilities":   {func(spec *corev1.PodSpec) { spec.Containers[0].SecurityContext.Capabilities = nil }, false},
		"with more privilege": {func(spec *corev1.PodSpec) { spec.Containers[0].SecurityContext.AllowPrivilegeEscalation = nil }, false},
	}
	deployment := &appsv1.Deployment{}
	if err := cluster(t).Client.Get(t.Context(), client.ObjectKey{Namespace: bed.GateNamespace, Name: "casskop-gitops-gate"}, deployment); err != nil {
		t.Fatal(err)
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			template := deployment.Spec.Template.DeepCopy()
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: bed.GateNamespace, Name: "gate", Labels: template.Labels}, Spec: template.Spec}
			tt.change(&pod.Spec)
			err := cluster(t).Client.Create(t.Context(), pod, client.DryRunAll)
			if tt.passes && err != nil || !tt.passes && !apierrors.IsForbidden(err) {
				t.Errorf("want it to pass: %t, got: %v", tt.passes, err)
			}
		})
	}
}

// TestThePodHasNoMoreThanItNeeds: what the level does not ask for.
func TestThePodHasNoMoreThanItNeeds(t *testing.T) {
	pod := find[appsv1.Deployment](t, withComponents(t), "Deployment").Spec.Template.Spec
	for _, container := range pod.Containers {
		if only := container.SecurityContext.ReadOnlyRootFilesystem; only == nil || !*only {
			t.Errorf("%s may write to its root", container.Name)
		}
		if container.Resources.Requests.Cpu().IsZero() || container.Resources.Requests.Memory().IsZero() || container.Resources.Limits.Memory().IsZero() {
			t.Errorf("%s: want requests of CPU and memory and a limit of memory, got %+v", container.Name, container.Resources)
		}
	}
	if len(pod.Volumes) > 0 || pod.HostNetwork || pod.HostPID || pod.HostIPC || pod.SecurityContext.RunAsUser != nil {
		t.Errorf("want no volumes, nothing of the node, and the user of the image: %+v", pod)
	}
}
