package admission

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"gomodules.xyz/jsonpatch/v2"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// Seeds is the patch that makes status.seedlist what the annotation says; empty if it is so already, or the annotation names no seed. A
// status that cannot hold a list is an error.
func (w *Write) Seeds() ([]jsonpatch.Operation, error) {
	seeds := namedSeeds(w.new.Metadata.Annotations[v1alpha1.AnnotationSeedlist])
	if len(seeds) == 0 {
		return nil, nil
	}
	if len(w.new.Status) == 0 || string(w.new.Status) == "null" {
		return []jsonpatch.Operation{jsonpatch.NewOperation("add", "/status", map[string]any{"seedlist": seeds})}, nil
	}
	var status map[string]json.RawMessage
	if err := utiljson.Unmarshal(w.new.Status, &status); err != nil {
		return nil, errors.New("status: want a mapping, it is to hold the seeds of annotation " + v1alpha1.AnnotationSeedlist)
	}
	var present []string
	if err := json.Unmarshal(status["seedlist"], &present); err == nil && slices.Equal(seeds, present) {
		return nil, nil
	}
	return []jsonpatch.Operation{jsonpatch.NewOperation("add", "/status/seedlist", seeds)}, nil
}

func namedSeeds(annotation string) (seeds []string) {
	for name := range strings.SplitSeq(annotation, ",") {
		if name = strings.TrimSpace(name); name != "" {
			seeds = append(seeds, name)
		}
	}
	return seeds
}
