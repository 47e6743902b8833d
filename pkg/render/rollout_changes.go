package render

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// fieldChange is one field that differs between the old and the new object of a cluster.
type fieldChange struct {
	path     []string // the elements of topology.dc and rack by name: dc[dc1], rack[rack1]
	was, is  any      // nil: absent
	known    consequence
	dc, rack string // what the field is limited to; empty: the whole cluster
}

// defaulted reports a change that CassKop does not see: its default was written out, or taken away.
func (f fieldChange) defaulted() bool {
	with := func(v any) any {
		if v == nil {
			return f.known.absent
		}
		return v
	}
	return f.known.absent != nil && sameValue(with(f.was), with(f.is))
}

func (f fieldChange) touches(dc, rack string) bool {
	return (f.dc == "" || f.dc == dc) && (f.rack == "" || f.rack == rack)
}

// name writes the path as errors do, a key with dots or slashes in brackets.
func (f fieldChange) name() string {
	var b strings.Builder
	for i, elem := range f.path {
		key, _ := splitName(elem)
		switch {
		case strings.ContainsAny(key, "./"):
			b.WriteString("[" + elem + "]")
			continue
		case i > 0:
			b.WriteByte('.')
		}
		b.WriteString(elem)
	}
	return b.String()
}

// fieldChanges compares two CassandraClusters field by field, sorted by path.
func fieldChanges(was, is map[string]any) (changes []fieldChange) {
	walk(nil, keyed(was), keyed(is), func(path []string, was, is any) {
		f := fieldChange{path: path, was: was, is: is, known: consequenceOf(path)}
		if len(path) > 2 && path[1] == "topology" {
			_, f.dc = splitName(path[2])
		}
		if f.dc != "" && len(path) > 3 {
			_, f.rack = splitName(path[3])
		}
		changes = append(changes, f)
	})
	return changes
}

// keyed is an object with its datacenters and racks by name, so that each is compared with itself wherever it stands, and
// without what differs by nature.
func keyed(object map[string]any) map[string]any {
	object = applyPatch(object, map[string]any{"metadata": map[string]any{
		"namespace":   nil,
		"annotations": map[string]any{v1alpha1.AnnotationRevision: nil, v1alpha1.AnnotationSeedlist: nil},
	}})
	spec, _ := object["spec"].(map[string]any)       // none: nothing to do
	topology, _ := spec["topology"].(map[string]any) // none: nothing to do
	if topology == nil {
		return object
	}
	spec = maps.Clone(spec)
	spec["topology"] = byName(topology, "dc", func(dc map[string]any) map[string]any {
		return byName(dc, "rack", func(rack map[string]any) map[string]any { return rack })
	})
	object["spec"] = spec
	return object
}

func byName(m map[string]any, key string, each func(map[string]any) map[string]any) map[string]any {
	out := maps.Clone(m)
	delete(out, key)
	list, _ := m[key].([]any) // checked when it was read
	for _, e := range list {
		elem, _ := e.(map[string]any)
		name, _ := elem["name"].(string)
		out[key+"["+name+"]"] = each(elem)
	}
	return out
}

// walk calls found for each leaf that differs. A mapping without keys counts as absent, as it does for CassKop.
func walk(path []string, was, is any, found func(path []string, was, is any)) {
	wm, wasMap := was.(map[string]any)
	im, isMap := is.(map[string]any)
	if (wasMap || was == nil) && (isMap || is == nil) {
		all := maps.Clone(wm)
		if all == nil {
			all = map[string]any{}
		}
		maps.Copy(all, im)
		for _, k := range sortedKeys(all) {
			walk(append(path[:len(path):len(path)], k), wm[k], im[k], found)
		}
		return
	}
	if !sameValue(was, is) {
		found(path, was, is)
	}
}

// sameValue compares as JSON: a number read from a rendered file is the same whatever Go type it has.
func sameValue(a, b any) bool {
	ja, errA := json.Marshal(a)
	jb, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(ja, jb)
}
