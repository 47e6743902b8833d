package flux

import (
	"fmt"
	"testing"
)

// suspend has Flux leave a Kustomization alone, or take it up again.
func (w *world) suspend(t *testing.T, name string, suspended bool) {
	t.Helper()
	w.flux.Patch(t, name, fmt.Sprintf(`{"spec":{"suspend":%t}}`, suspended))
}
