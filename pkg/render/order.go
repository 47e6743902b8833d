package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// overrideKeys lists the clusters in the order in which they stand in the file.
func (r *ringReader) overrideKeys() (keys []string) {
	over, _ := r.value("spec", "override").(map[string]any) // checked by readHead
	seen := map[string]bool{}
	for _, k := range r.doc.keys(schema.Path{"spec", "override"}) {
		if _, present := over[k]; present {
			keys, seen[k] = append(keys, k), true
		}
	}
	for _, k := range sortedKeys(over) { // those that come in by an alias or a merge key
		if !seen[k] {
			keys = append(keys, k)
		}
	}
	return keys
}

// order returns the clusters in the order of the rollout; a name without an override or an override without a place is a problem.
func (r *ringReader) order() []string {
	overrides := r.overrideKeys()
	names, from := r.wantedOrder()
	if names == nil {
		return overrides
	}
	at := schema.Path{"spec", "override"}
	if annotation := (schema.Path{"metadata", "annotations", v1alpha1.AnnotationRolloutOrder}); strings.HasPrefix(from, "annotation") {
		at = annotation
	}
	if slices.Contains(names, "") {
		r.fail(at, strings.Join(names, ","), "expected the names of all clusters, first to last, with a comma between any two", "")
		return overrides
	}
	placed := map[string]bool{}
	for _, n := range names {
		if placed[n] {
			r.fail(at, nil, "cluster "+n+" stands twice in "+from, "remove one of the two")
		}
		placed[n] = true
	}
	known := map[string]bool{}
	for _, n := range overrides {
		known[n] = true
		if !placed[n] {
			r.fail(schema.Path{"spec", "override", n}, nil, "cluster "+n+" has an override but no place in "+from+" ("+strings.Join(names, ", ")+")",
				"add it there, or remove its override")
		}
	}
	for _, n := range names {
		if !known[n] {
			r.fail(at, nil, "cluster "+n+" stands in "+from+" and has no override (there are: "+strings.Join(overrides, ", ")+")",
				cmp.Or(schema.Suggest(n, overrides), "write spec.override."+n+": {} for one that takes the base as it is"))
		}
	}
	if len(r.problems.Errors()) > 0 {
		return overrides
	}
	return names
}

// wantedOrder is the order that was asked for, and by what; nil: the order of the keys.
func (r *ringReader) wantedOrder() (names []string, from string) {
	if r.opts.Local != "" || len(r.opts.Remotes) > 0 {
		if r.opts.Local != "" {
			names = append(names, r.opts.Local)
		}
		return append(names, r.opts.Remotes...), "--local and --remote"
	}
	annotation, ok := r.value("metadata", "annotations", v1alpha1.AnnotationRolloutOrder).(string)
	if !ok {
		return nil, ""
	}
	for _, n := range strings.Split(annotation, ",") {
		names = append(names, strings.TrimSpace(n))
	}
	return names, "annotation " + v1alpha1.AnnotationRolloutOrder
}
