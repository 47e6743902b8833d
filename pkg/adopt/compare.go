package adopt

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// Compare says in which fields of labels, annotations, finalizers, spec and seeds a live CassandraCluster is not what is rendered, and which of them a sync
// by Flux would change. ignoring is the same object rendered with zeroValues: ignore. Annotations that render writes by itself, and those of
// CassKop and kubectl, do not count. None of the objects is changed.
func Compare(rendered, ignoring, live map[string]any) ([]Difference, error) {
	all, err := ownersOf(live)
	if err != nil {
		return nil, err
	}
	var parts [3]map[string]any
	for i, object := range []map[string]any{rendered, ignoring, live} {
		if parts[i], err = counting(object); err != nil {
			return nil, err
		}
	}
	wanted, multi, before := parts[0], parts[1], parts[2]
	withDefaultsOfCRD(wanted, before)
	after, err := applied(before, wanted, all)
	if err != nil {
		return nil, fmt.Errorf("what an apply does cannot be told: %w", err)
	}
	keepSets(wanted, before, after)
	c := classifier{wanted: wanted, multi: multi, owners: all}
	return append(c.changes(leaves(before, after, nil)), c.stays(leaves(before, wanted, nil), after)...), nil
}

// counting is the part of an object that is compared. The seeds stand under status.seedlist.
func counting(object map[string]any) (map[string]any, error) {
	copied, err := decoded(object)
	if err != nil {
		return nil, err
	}
	metadata := map[string]any{}
	given, _ := copied["metadata"].(map[string]any) // absent: nothing
	for _, name := range []string{"labels", "annotations", "finalizers"} {
		if value, present := given[name]; present {
			metadata[name] = value
		}
	}
	if annotations, ok := metadata["annotations"].(map[string]any); ok {
		maps.DeleteFunc(annotations, func(name string, _ any) bool { return notCounting(name) })
		if len(annotations) == 0 {
			delete(metadata, "annotations")
		}
	}
	if labels, ok := metadata["labels"].(map[string]any); ok {
		maps.DeleteFunc(labels, func(name string, _ any) bool { return slices.Contains(fluxLabels, name) })
		if len(labels) == 0 {
			delete(metadata, "labels")
		}
	}
	out := map[string]any{"metadata": metadata}
	if spec, present := copied["spec"]; present {
		out["spec"] = spec
	}
	if seeds, _ := valueAt(copied, schema.Path{"status", "seedlist"}).([]any); len(seeds) > 0 {
		out["status"] = map[string]any{"seedlist": seeds}
	}
	return out, nil
}

// fluxLabels are those that kustomize-controller marks its objects with. base/gate keeps them off a CassandraCluster that was made without them.
var fluxLabels = []string{"kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace"}

func notCounting(annotation string) bool {
	return strings.HasPrefix(annotation, v1alpha1.Prefix) || slices.Contains([]string{
		"kustomize.toolkit.fluxcd.io/prune", "argocd.argoproj.io/sync-options", // render writes them where data is kept
		casskop.AnnotationLastApplied, "kubectl.kubernetes.io/last-applied-configuration",
	}, annotation)
}

// withDefaultsOfCRD writes into the wanted object what the CRD would fill in, inside of lists, of what is live: the protocol of sidecars' ports.
func withDefaultsOfCRD(wanted, live map[string]any) {
	sidecars, _ := valueAt(wanted, schema.Path{"spec", "sidecarConfigs"}).([]any) // none: nothing to do
	for i, sidecar := range sidecars {
		ports, _ := valueAt(sidecar, schema.Path{"ports"}).([]any) // none: nothing to do
		for j, port := range ports {
			port, isMap := port.(map[string]any)
			is := valueAt(live, schema.Path{"spec", "sidecarConfigs", i, "ports", j, "protocol"})
			if _, given := port["protocol"]; isMap && !given && is == "TCP" {
				port["protocol"] = is
			}
		}
	}
}

// keepSets puts right what the schema of the real kind says otherwise: finalizers are a set, in which others' stay. The seeds are written by
// the mutating policy, from the annotation, and stay where none are rendered.
func keepSets(wanted, before, after map[string]any) {
	at := schema.Path{"metadata", "finalizers"}
	finalizers, _ := valueAt(before, at).([]any) // none
	union := slices.Clone(finalizers)
	more, _ := valueAt(wanted, at).([]any) // none
	for _, f := range more {
		if !slices.Contains(union, f) {
			union = append(union, f)
		}
	}
	if metadata, ok := after["metadata"].(map[string]any); ok && len(union) > 0 {
		metadata["finalizers"] = union
	}
}

type classifier struct {
	wanted, multi map[string]any
	owners        owners
}

// changes are what a sync makes otherwise.
func (c *classifier) changes(found []leaf) (list []Difference) {
	for _, l := range found {
		d := Difference{Field: l.at, Live: l.a, Rendered: l.b, Managers: c.owners.of(l.at), Changes: true}
		d.Class = c.class(d)
		list = append(list, d)
	}
	return list
}

// stays are what is live, is not rendered, and is not taken away.
func (c *classifier) stays(found []leaf, after map[string]any) (list []Difference) {
	for _, l := range found {
		if l.b != nil || l.a == nil || isEmpty(l.a) || valueAt(after, l.at) == nil {
			continue
		}
		d := Difference{Field: l.at, Live: l.a, Managers: c.owners.of(l.at)}
		d.Class = c.class(d)
		list = append(list, d)
	}
	return list
}

func isEmpty(v any) bool {
	m, isMap := v.(map[string]any)
	return isMap && len(m) == 0
}
