package adopt

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// Import is a MultiCasskop on its way from a cluster into a file.
type Import struct {
	// Order are the clusters of the ring as Multi-CassKop went through them.
	Order []string
	// Notes say what the file says otherwise than the live object, and why.
	Notes []string

	object     map[string]any
	ignoreZero bool
}

// Choose returns the one of some MultiCasskops that has a name, or whose CassandraClusters have it; without a name the only one there is.
func Choose(all []map[string]any, name string) (map[string]any, error) {
	var names []string
	var found []map[string]any
	for _, o := range all {
		own, _ := valueAt(o, schema.Path{"metadata", "name"}).(string)
		ring, _ := valueAt(o, schema.Path{"spec", "base", "metadata", "name"}).(string)
		names = append(names, own)
		if name == "" || name == own || name == ring {
			found = append(found, o)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(all) == 0:
		return nil, errors.New("there is no MultiCasskop")
	case len(found) == 0:
		return nil, fmt.Errorf("no MultiCasskop is named %s, nor its ring; there are: %s", name, strings.Join(names, ", "))
	}
	return nil, fmt.Errorf("there are %d MultiCasskops: name one of %s", len(found), strings.Join(names, ", "))
}

// New takes a MultiCasskop as it is live. local and remotes are the operator's -l and -r; without them the annotation rollout-order counts, and
// one cluster alone needs no order. What Multi-CassKop passed over is left out, with a note.
func New(live map[string]any, local string, remotes []string) (*Import, error) {
	object, err := decoded(live)
	if err != nil {
		return nil, err
	}
	if kind := object["kind"]; kind != casskop.KindMultiCasskop {
		return nil, fmt.Errorf("kind is %q, expected %s", fmt.Sprint(kind), casskop.KindMultiCasskop)
	}
	i := &Import{object: object}
	base, _ := valueAt(object, schema.Path{"spec", "base"}).(map[string]any)          // refused below
	overrides, _ := valueAt(object, schema.Path{"spec", "override"}).(map[string]any) // refused below
	if base == nil || len(overrides) == 0 {
		return nil, errors.New("expected spec.base, and spec.override with an entry for each cluster")
	}
	if err := i.settleOrder(overrides, local, remotes); err != nil {
		return nil, err
	}
	i.tidy(base, overrides)
	return i, nil
}

func (i *Import) note(format string, args ...any) {
	i.Notes = append(i.Notes, fmt.Sprintf(format, args...))
}

// settleOrder sets the clusters that Multi-CassKop went through, in its order, and drops the other overrides.
func (i *Import) settleOrder(overrides map[string]any, local string, remotes []string) error {
	there := slices.Sorted(maps.Keys(overrides))
	names, err := i.wantedOrder(there, local, remotes)
	if err != nil {
		return err
	}
	for n, name := range names {
		switch _, present := overrides[name]; {
		case slices.Contains(names[:n], name) || name == "":
			return fmt.Errorf("the order %s names %q twice, or a cluster without a name", strings.Join(names, ","), name)
		case present:
			i.Order = append(i.Order, name)
		default:
			i.note("cluster %s has a place in the order and no override: Multi-CassKop passed over it, and it is left out", name)
		}
	}
	if len(i.Order) == 0 {
		return fmt.Errorf("none of %s has an override; there are: %s", strings.Join(names, ", "), strings.Join(there, ", "))
	}
	for _, name := range there {
		if !slices.Contains(names, name) {
			i.note("cluster %s has an override and no place in the order: Multi-CassKop passed over it, and it is left out", name)
			delete(overrides, name)
		}
	}
	return nil
}

func (i *Import) wantedOrder(there []string, local string, remotes []string) ([]string, error) {
	annotation, _ := valueAt(i.object, schema.Path{"metadata", "annotations", v1alpha1.AnnotationRolloutOrder}).(string)
	switch {
	case local != "":
		return append([]string{local}, remotes...), nil
	case len(remotes) > 0:
		return nil, errors.New("--remote without --local: Multi-CassKop worked on the local cluster first")
	case annotation != "":
		return strings.Split(strings.ReplaceAll(annotation, " ", ""), ","), nil
	case len(there) == 1:
		return there, nil
	}
	return nil, fmt.Errorf("the order of %s is not known, an API server keeps none: give --local and --remote as the operator was given -l and -r "+
		"(kubectl get deployment -l operator=cassandra -o jsonpath='{..args}')", strings.Join(there, ", "))
}

// tidy takes away what the API server and the operators wrote, and what only the old operator obeyed.
func (i *Import) tidy(base, overrides map[string]any) {
	version := i.object["apiVersion"]
	metadata := tidyMetadata(i.object)
	delete(metadata, "finalizers") // Multi-CassKop's: it deletes the CassandraClusters, and nobody takes it off without it
	annotations, _ := metadata["annotations"].(map[string]any)
	if annotations == nil {
		annotations = map[string]any{}
		metadata["annotations"] = annotations
	}
	annotations[v1alpha1.AnnotationRolloutOrder] = strings.Join(i.Order, ",")
	spec := i.object["spec"].(map[string]any) // New has looked into it
	i.object = map[string]any{"apiVersion": version, "kind": casskop.KindMultiCasskop, "metadata": metadata, "spec": spec}
	if spec["deleteCassandraCluster"] == true {
		i.note("deleteCassandraCluster was true and is written as false: Flux would delete the CassandraClusters with their manifests; set it back once all is well")
	}
	spec["deleteCassandraCluster"] = false
	if base["apiVersion"] != nil && base["apiVersion"] != version {
		i.note("spec.base.apiVersion was %v and is written as %v: Multi-CassKop ignored it", base["apiVersion"], version)
	}
	tidyCluster(base)
	base["apiVersion"], base["kind"] = version, casskop.KindCassandraCluster
	for name, override := range overrides {
		o, ok := override.(map[string]any)
		if !ok {
			overrides[name] = map[string]any{}
			continue
		}
		tidyCluster(o)
		delete(o, "apiVersion")
		delete(o, "kind")
	}
}

// tidyCluster leaves of a CassandraCluster what a manifest may say.
func tidyCluster(o map[string]any) {
	if metadata := tidyMetadata(o); len(metadata) > 0 {
		o["metadata"] = metadata
	} else {
		delete(o, "metadata")
	}
	seeds, _ := valueAt(o, schema.Path{"status", "seedlist"}).([]any) // none: no status
	delete(o, "status")
	if len(seeds) > 0 {
		o["status"] = map[string]any{"seedlist": seeds}
	}
}

// tidyMetadata returns the metadata of an object without what the API server and clients wrote. Annotations of this project are render's.
func tidyMetadata(o map[string]any) map[string]any {
	given, _ := o["metadata"].(map[string]any) // none: nothing
	metadata := map[string]any{}
	for _, name := range []string{"name", "namespace", "labels", "annotations", "finalizers"} {
		if given[name] != nil {
			metadata[name] = given[name]
		}
	}
	if annotations, ok := metadata["annotations"].(map[string]any); ok {
		maps.DeleteFunc(annotations, func(name string, _ any) bool {
			return strings.HasPrefix(name, v1alpha1.Prefix) || name == casskop.AnnotationLastApplied || name == "kubectl.kubernetes.io/last-applied-configuration"
		})
		if len(annotations) == 0 {
			delete(metadata, "annotations")
		}
	}
	return metadata
}
