package operate

import (
	"context"
	"fmt"
	"strings"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// Reasons of Events that record what a human did to a Gate.
const (
	// ReasonOpenAsked: a human has it opened for one revision. Take it back with `gate close` once the rollout is through.
	ReasonOpenAsked = "OpenAsked"
	// ReasonCloseAsked: a human takes that back. Nothing to do.
	ReasonCloseAsked = "CloseAsked"
	// ReasonHoldAsked: a human holds it. Run `gate resume` when the reason is gone.
	ReasonHoldAsked = "HoldAsked"
	// ReasonResumeAsked: a human takes that back. Nothing to do.
	ReasonResumeAsked = "ResumeAsked"
)

func (d *Done) say(format string, args ...any) {
	d.Says = append(d.Says, fmt.Sprintf(format, args...))
}

// who is the human, as the API server knows them, else as the kubeconfig does.
func (g *Gates) who(ctx context.Context) string {
	kind := authenticationv1.SchemeGroupVersion.WithResource("selfsubjectreviews")
	review := &unstructured.Unstructured{Object: map[string]any{"apiVersion": kind.GroupVersion().String(), "kind": "SelfSubjectReview"}}
	answer, err := g.client.Resource(kind).Create(ctx, review, metav1.CreateOptions{})
	if err == nil {
		if name, _, _ := unstructured.NestedString(answer.Object, "status", "userInfo", "username"); name != "" {
			return name
		}
	}
	return g.context.User + " by the kubeconfig" // an API server before 1.28, or one that does not say
}

// record makes an Event of the Gate. That it could not be made is a warning: what it tells of is done. Users of the ClusterRole edit
// may make Events of the core group, so it is one of those.
func (g *Gates) record(ctx context.Context, done *Done, about *v1alpha1.Gate, kind, reason, action, message string) {
	if g.dryRun {
		return
	}
	now := metav1.NewTime(time.Now())
	event := &corev1.Event{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Event"},
		ObjectMeta: metav1.ObjectMeta{GenerateName: about.Name + ".", Namespace: about.Namespace},
		InvolvedObject: corev1.ObjectReference{APIVersion: v1alpha1.GroupVersion.String(), Kind: v1alpha1.KindGate,
			Namespace: about.Namespace, Name: about.Name, UID: about.UID},
		Type: kind, Reason: reason, Action: action, Message: message,
		Source: corev1.EventSource{Component: eventSource}, ReportingController: eventSource,
		FirstTimestamp: now, LastTimestamp: now, Count: 1,
	}
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(event)
	if err == nil {
		events := g.client.Resource(corev1.SchemeGroupVersion.WithResource("events")).Namespace(about.Namespace)
		_, err = events.Create(ctx, &unstructured.Unstructured{Object: object}, metav1.CreateOptions{})
	}
	if err != nil {
		done.Warnings = append(done.Warnings, "no Event could be made of it, so that the annotation alone tells: "+strings.TrimSpace(err.Error()))
	}
}

// eventSource is who Events come from, beside the controller.
const eventSource = "casskop-gitops-cli"
