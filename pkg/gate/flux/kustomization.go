package flux

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
)

// kustomization is what is read of a Flux Kustomization.
type kustomization struct {
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     struct {
		Suspend bool `json:"suspend"`
	} `json:"spec"`
	Status struct {
		meta.ReconcileRequestStatus `json:",inline"`
		ObservedGeneration          int64              `json:"observedGeneration"`
		Conditions                  []metav1.Condition `json:"conditions"`
	} `json:"status"`
}

var kustomizations = notify.Kind{Group: "kustomize.toolkit.fluxcd.io", Version: "v1", Kind: "Kustomization"}

// ask requests a reconcile as `flux reconcile` does. The value is the time, so that whoever looks next knows how long ago it was.
func (t *Tool) ask(ctx context.Context, name types.NamespacedName, now time.Time) error {
	annotations := map[string]string{meta.ReconcileRequestAnnotation: now.Format(time.RFC3339Nano)}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": annotations}})
	if err != nil {
		return err
	}
	if err := t.Client.Patch(ctx, kustomizations.Object(name), client.RawPatch(types.MergePatchType, patch), client.FieldOwner(notify.FieldManager)); err != nil {
		return fmt.Errorf("ask for a reconcile of Kustomization %s: %w", name, err)
	}
	log.FromContext(ctx).Info("asked Flux for a reconcile", "kustomization", name.String())
	return nil
}

// pending says that Flux has not handled the last request yet.
func (k kustomization) pending() bool {
	asked, ok := meta.ReconcileAnnotationValue(k.Metadata.Annotations)
	return ok && asked != k.Status.LastHandledReconcileAt
}

// done says that Flux, when it looks at what depends on this one, finds it ready.
func (k kustomization) done() bool {
	return !k.Spec.Suspend && !k.pending() && k.Status.ObservedGeneration == k.Metadata.Generation &&
		apimeta.IsStatusConditionTrue(k.Status.Conditions, meta.ReadyCondition)
}

// asked is when the last request was made, zero if none was made since the Gate opened. Neither of these counts: a value that is
// not a time, and a time that has not come, for it would put us off for who knows how long.
func (k kustomization) asked(opened, now time.Time) time.Time {
	value, _ := meta.ReconcileAnnotationValue(k.Metadata.Annotations)
	at, err := time.Parse(time.RFC3339Nano, value)
	if err != nil || at.Before(opened) || at.After(now) {
		return time.Time{}
	}
	return at
}
