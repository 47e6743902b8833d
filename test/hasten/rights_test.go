//go:build argocd

package hasten

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// mayChange: with the token of the gate, one field, and nothing that has Argo CD do something else.
func mayChange(t *testing.T, w *world) {
	w.runGate(t)
	revision := w.push(t)
	gate, err := client.New(w.GateIdentity(t), client.Options{Scheme: bed.Scheme})
	must(t, err)
	try := func(patch string) error {
		return gate.Patch(t.Context(), w.argo.Object(t, "Application", w.app()), client.RawPatch(types.MergePatchType, []byte(patch)), client.DryRunAll)
	}
	for what, patch := range map[string]string{
		"the source":              `{"spec":{"sources":[{"repoURL":"https://example.com/evil.git"}]}}`,
		"the destination":         `{"spec":{"destination":{"name":"k8s-cluster1"}}}`,
		"a new operation":         `{"operation":{"sync":{"revision":"evil"}}}`,
		"no operation":            `{"operation":null}`,
		"its end":                 `{"status":{"operationState":{"phase":"Terminating"}}}`,
		"the operation under way": `{"status":{"operationState":{"operation":{"sync":{"revision":"evil"}}}}}`,
		"a refresh":               `{"metadata":{"annotations":{"argocd.argoproj.io/refresh":"hard"}}}`,
		"a label":                 `{"metadata":{"labels":{"a":"b"}}}`,
		"a finalizer":             `{"metadata":{"finalizers":["a.example.com/b"]}}`,
		"that it is in sync":      `{"status":{"sync":{"status":"Synced"}}}`,
	} {
		if err := try(patch); !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "may change nothing of an Application but status.operationState.finishedAt") {
			t.Errorf("%s: want it refused, got %v", what, err)
		}
	}
	if err := try(`{"status":{"operationState":{"finishedAt":"1970-01-01T00:00:00Z"}}}`); err != nil {
		t.Errorf("the one that is needed is refused: %v", err)
	}
	if err := gate.Delete(t.Context(), w.argo.Object(t, "Application", w.app()), client.DryRunAll); !apierrors.IsForbidden(err) {
		t.Errorf("deletion: want it refused, got %v", err)
	}
	w.open(t, revision)
	w.waitApplied(t, revision)
}
