package controller

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// writes are the versions that the last write of each Gate made. The zero value is ready for use.
type writes struct {
	mu   sync.Mutex
	last map[types.NamespacedName]string
}

// wrote notes what a write returned.
func (w *writes) wrote(g *v1alpha1.Gate) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last == nil {
		w.last = map[types.NamespacedName]string{}
	}
	w.last[client.ObjectKeyFromObject(g)] = g.ResourceVersion
}

// ahead says whether the last write made a newer version than this one, which the cache has yet to bring: a write on top of this one
// would be refused as a conflict. Versions that cannot be compared are not ahead.
func (w *writes) ahead(g *v1alpha1.Gate) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	last, known := w.last[client.ObjectKeyFromObject(g)]
	if !known {
		return false
	}
	order, err := resourceversion.CompareResourceVersion(last, g.ResourceVersion)
	return err == nil && order > 0
}

func (w *writes) forget(name types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.last, name)
}
