package admission

import (
	"strings"

	"gomodules.xyz/jsonpatch/v2"
)

// fluxLabels are those with which kustomize-controller marks what it applies (fluxcd/pkg/ssa, SetOwnerLabels).
var fluxLabels = []string{"kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace"}

// Labels is the patch that takes back what an update adds to, or changes in, Flux's labels; empty if there is nothing. CassKop selects pods by
// all labels of a CassandraCluster, and Kubernetes lets nobody change the selector of a StatefulSet.
func (w *Write) Labels() (patches []jsonpatch.Operation) {
	for _, label := range fluxLabels {
		now, was := w.new.Metadata.Labels[label], w.old.Metadata.Labels[label]
		if w.creates || now == "" || now == was {
			continue
		}
		path := "/metadata/labels/" + strings.ReplaceAll(label, "/", "~1")
		if _, present := w.old.Metadata.Labels[label]; present {
			patches = append(patches, jsonpatch.NewOperation("replace", path, was))
		} else {
			patches = append(patches, jsonpatch.NewOperation("remove", path, nil))
		}
	}
	return patches
}
