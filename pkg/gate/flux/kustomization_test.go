package flux

import (
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestDone(t *testing.T) {
	for claim, test := range map[string]struct {
		change func(*kustomization)
		want   bool
	}{
		"one that is ready as it stands is done":            {func(*kustomization) {}, true},
		"one that was never asked too":                      {func(k *kustomization) { k.Metadata.Annotations = nil }, true},
		"not with a request that Flux has not handled":      {func(k *kustomization) { k.Status.LastHandledReconcileAt = "before" }, false},
		"not when Flux has not seen its spec":               {func(k *kustomization) { k.Status.ObservedGeneration-- }, false},
		"not while Flux is at work":                         {func(k *kustomization) { k.Status.Conditions[0].Status = metav1.ConditionUnknown }, false},
		"not after a failure":                               {func(k *kustomization) { k.Status.Conditions[0].Status = metav1.ConditionFalse }, false},
		"not when Flux has never looked":                    {func(k *kustomization) { k.Status.Conditions = nil }, false},
		"not when it is suspended: its state may be of old": {func(k *kustomization) { k.Spec.Suspend = true }, false},
	} {
		t.Run(claim, func(t *testing.T) {
			k := asking("now", "now")
			k.Metadata.Generation, k.Status.ObservedGeneration = 3, 3
			k.Status.Conditions = []metav1.Condition{{Type: meta.ReadyCondition, Status: metav1.ConditionTrue}}
			test.change(&k)
			if diff := cmp.Diff(test.want, k.done()); diff != "" {
				t.Errorf("done (-want +got):\n%s", diff)
			}
		})
	}
}
