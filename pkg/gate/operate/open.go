package operate

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"

	"github.com/fluxcd/pkg/apis/meta"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// managerOpen is the field manager of the annotations that open a Gate. Flux takes fields away from managers whose name begins with kubectl.
const managerOpen = "casskop-gitops-open"

// Open has the controller open a Gate for one revision, which must be the one that it wants now. Once opened, it stays so until its spec
// changes. To say the same again changes nothing.
func (g *Gates) Open(ctx context.Context, name, revision, reason string) (Done, error) {
	who, done := g.who(ctx), Done{}
	why := reason + " (" + who + ")"
	var before string
	found, err := g.annotate(ctx, name, func(found *v1alpha1.Gate) (map[string]any, error) {
		done.Says, done.Changed, before = nil, false, state(found)
		switch {
		case found.Spec.Revision != revision:
			return nil, fmt.Errorf("refused: Gate %s wants revision %s, not %s: look at that one, then open it", g.title(name), found.Spec.Revision, revision)
		case found.Annotations[v1alpha1.AnnotationOpen] == revision:
			done.say("Gate %s was opened by hand for revision %s before: %s", g.title(name), revision, found.Annotations[v1alpha1.AnnotationOpenReason])
			return nil, nil
		case gate.IsOpen(found):
			done.say("Gate %s is open for revision %s already: %s", g.title(name), revision, before)
			return nil, nil
		}
		done.Changed = true
		return map[string]any{v1alpha1.AnnotationOpen: revision, v1alpha1.AnnotationOpenReason: why}, nil
	})
	if err != nil || !done.Changed {
		return done, err
	}
	done.say("%s", g.would(fmt.Sprintf("Gate %s is opened by hand for revision %s: %s", g.title(name), revision, why)))
	done.say("it was %s", before)
	done.say("take it back before the controller has opened it: %s", g.command("close", name))
	g.record(ctx, &done, found, corev1.EventTypeWarning, ReasonOpenAsked, "Open", fmt.Sprintf("%s opens it for revision %s: %s", who, revision, reason))
	return done, nil
}

// Close takes back what Open did. A Gate that the controller has opened meanwhile stays open until its spec changes.
func (g *Gates) Close(ctx context.Context, name string) (Done, error) {
	who, done := g.who(ctx), Done{}
	found, err := g.annotate(ctx, name, func(found *v1alpha1.Gate) (map[string]any, error) {
		_, opened := found.Annotations[v1alpha1.AnnotationOpen]
		_, explained := found.Annotations[v1alpha1.AnnotationOpenReason]
		done.Changed = opened || explained
		if !done.Changed {
			return nil, nil
		}
		return map[string]any{v1alpha1.AnnotationOpen: nil, v1alpha1.AnnotationOpenReason: nil}, nil
	})
	if err != nil {
		return done, err
	}
	if done.Changed {
		done.say("%s", g.would(fmt.Sprintf("Gate %s is no longer opened by hand", g.title(name))))
		g.record(ctx, &done, found, corev1.EventTypeNormal, ReasonCloseAsked, "Close", who+" no longer opens it by hand")
	} else {
		done.say("Gate %s is not opened by hand: nothing to do", g.title(name))
	}
	if gate.IsOpen(found) {
		done.say("it is open for revision %s and stays so until its spec changes; to keep back what was not applied yet: %s --reason ...", found.Spec.Revision, g.command("hold", name))
	}
	return done, nil
}

// state is what a Gate does, and why.
func state(g *v1alpha1.Gate) string {
	ready := apimeta.FindStatusCondition(g.Status.Conditions, meta.ReadyCondition)
	switch {
	case ready == nil || ready.ObservedGeneration != g.Generation:
		return "not looked at by the controller yet"
	case gate.IsOpen(g):
		return "open: " + ready.Reason + ": " + ready.Message
	}
	return "held: " + ready.Reason + ": " + ready.Message
}

// mergePatch sets annotations, on condition that the Gate is as it was read.
func mergePatch(g *v1alpha1.Gate, annotations map[string]any) ([]byte, error) {
	return json.Marshal(map[string]any{"metadata": map[string]any{"resourceVersion": g.ResourceVersion, "annotations": annotations}})
}
