package operate

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// managerHold is the field manager of spec.hold set by hand. As long as git does not set the field, Flux leaves it alone.
const managerHold = "casskop-gitops-hold"

// managerFlux is the field manager of Flux.
const managerFlux = "kustomize-controller"

// Hold keeps a Gate closed for whatever is not applied yet, by spec.hold. To say the same again changes nothing.
func (g *Gates) Hold(ctx context.Context, name, reason string) (Done, error) {
	who, done := g.who(ctx), Done{}
	found, err := g.read(ctx, name)
	if err != nil {
		return done, err
	}
	why := reason + " (" + who + ")"
	if slices.Contains(holders(found), managerHold) && found.Annotations[v1alpha1.AnnotationHoldReason] == why {
		done.say("Gate %s is held by hand already: %s", g.title(name), why)
		return done, nil
	}
	if _, err = g.apply(ctx, found, map[string]any{"hold": true}, map[string]any{v1alpha1.AnnotationHoldReason: why}); err != nil {
		return done, err
	}
	done.Changed = true
	done.say("%s", g.would(fmt.Sprintf("Gate %s is held by hand: %s", g.title(name), why)))
	done.say("what the CassandraCluster carries already goes on; nothing new is let through until: %s", g.command("resume", name))
	if found.Annotations[v1alpha1.AnnotationOpen] == found.Spec.Revision {
		done.Warnings = append(done.Warnings, fmt.Sprintf("it is opened by hand for revision %s, which goes before a hold: %s", found.Spec.Revision, g.command("close", name)))
	} else if gate.IsOpen(found) {
		done.say("it was open for revision %s: if that was not applied yet, it is kept back now", found.Spec.Revision)
	}
	g.record(ctx, &done, found, corev1.EventTypeWarning, ReasonHoldAsked, "Hold", who+" holds it: "+reason)
	return done, nil
}

// Resume takes back what Hold did. It is an error if the Gate is still held then, because git or somebody else sets spec.hold too.
func (g *Gates) Resume(ctx context.Context, name string) (Done, error) {
	who, done := g.who(ctx), Done{}
	found, err := g.read(ctx, name)
	if err != nil {
		return done, err
	}
	others := slices.DeleteFunc(holders(found), func(manager string) bool { return manager == managerHold })
	if len(others) < len(holders(found)) {
		after, err := g.apply(ctx, found, nil, nil)
		if err != nil {
			return done, err
		}
		done.Changed, found.Spec.Hold = true, after.Spec.Hold
		done.say("%s", g.would(fmt.Sprintf("Gate %s is no longer held by hand", g.title(name))))
		g.record(ctx, &done, found, corev1.EventTypeNormal, ReasonResumeAsked, "Resume", who+" no longer holds it")
	}
	switch {
	case found.Spec.Hold:
		return done, fmt.Errorf("not resumed: Gate %s is still held: %s", g.title(name), wayOut(others))
	case !done.Changed:
		done.say("Gate %s is not held by hand: nothing to do", g.title(name))
	}
	return done, nil
}

// wayOut says what to do about a hold that others own.
func wayOut(others []string) string {
	if slices.Contains(others, managerFlux) {
		return "git holds it: take its cluster out of gate.hold in render.yaml, render and commit"
	}
	return fmt.Sprintf("spec.hold is true, set by %s: set it to false there", strings.Join(others, ", "))
}

// apply sets what this manager owns of a Gate, and gives up the rest. A Gate that was deleted meanwhile is not made anew: its uid is asked for.
func (g *Gates) apply(ctx context.Context, found *v1alpha1.Gate, spec, annotations map[string]any) (*v1alpha1.Gate, error) {
	metadata := map[string]any{"name": found.Name, "namespace": found.Namespace, "uid": string(found.UID)}
	object := map[string]any{"apiVersion": v1alpha1.GroupVersion.String(), "kind": v1alpha1.KindGate, "metadata": metadata}
	if annotations != nil {
		metadata["annotations"] = annotations
	}
	if spec != nil {
		object["spec"] = spec
	}
	options := metav1.ApplyOptions{FieldManager: managerHold, DryRun: g.dryRuns()}
	after, err := g.gates().Apply(ctx, found.Name, &unstructured.Unstructured{Object: object}, options)
	if apierrors.IsConflict(err) {
		return nil, fmt.Errorf("conflict: Gate %s was changed by somebody else: look at it, then try again: %w", g.title(found.Name), err)
	}
	if err != nil {
		return nil, g.explained(found.Name, err)
	}
	return typed[v1alpha1.Gate](after.Object)
}

// holders are the field managers that own spec.hold.
func holders(g *v1alpha1.Gate) (managers []string) {
	for _, entry := range g.ManagedFields {
		var fields struct {
			Spec map[string]any `json:"f:spec"`
		}
		if entry.FieldsV1 == nil || json.Unmarshal(entry.FieldsV1.GetRawBytes(), &fields) != nil {
			continue // the API server writes it, and writes JSON
		}
		if _, owns := fields.Spec["f:hold"]; owns {
			managers = append(managers, entry.Manager)
		}
	}
	return managers
}
