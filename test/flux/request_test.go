package flux

import (
	"fmt"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// reconcile asks Flux for a reconcile, as `flux reconcile` does, and waits until it is through.
func (w *world) reconcile(t *testing.T, name string) {
	t.Helper()
	value := time.Now().Format(time.RFC3339Nano)
	w.patch(t, name, `{"metadata":{"annotations":{%q:%q}}}`, meta.ReconcileRequestAnnotation, value)
	waitFor(t, "Flux has reconciled "+name, func() bool {
		status, _ := w.flux.Kustomization(t, name).Object["status"].(map[string]any)
		return status["lastHandledReconcileAt"] == value
	})
}

// suspend has Flux leave a Kustomization alone, or take it up again.
func (w *world) suspend(t *testing.T, name string, suspended bool) {
	t.Helper()
	w.patch(t, name, `{"spec":{"suspend":%t}}`, suspended)
}

func (w *world) patch(t *testing.T, name, format string, values ...any) {
	t.Helper()
	patch := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, format, values...))
	must(t, w.cluster.Client.Patch(t.Context(), w.flux.Kustomization(t, name), patch))
}
