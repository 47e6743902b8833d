package adopt

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// Difference is one field in which a live CassandraCluster is not what is rendered.
type Difference struct {
	// Field is where, from the root of the CassandraCluster. Of a list that is of another length it is the list.
	Field schema.Path
	// Live and Rendered are what stands there; nil: nothing.
	Live, Rendered any
	// Class says how it came to be.
	Class Class
	// Managers are the field managers that own the live value, sorted. Empty where nobody does, or managedFields were not kept.
	Managers []string
	// Changes: a sync makes it what is rendered. Else the live value stays, since nothing that is applied owns it.
	Changes bool
}

// Class says how a difference came to be.
type Class string

// The classes.
const (
	// Defaulted: CassKop, its CRD or Multi-CassKop filled it in. It is not rendered, so it stays.
	Defaulted Class = "CassKop defaulted it"
	// IgnoredZero: an override says false, 0, "", [] or null, and Multi-CassKop took no notice.
	IgnoredZero Class = "zero value that Multi-CassKop ignored"
	// NotCarried: the MultiCasskop says it and no CassandraCluster got it: labels and annotations were never updated, a change waits for another
	// cluster, or CassKop put the old value back.
	NotCarried Class = "in the MultiCasskop, and not carried over"
	// Elsewhere: somebody wrote to the CassandraCluster itself.
	Elsewhere Class = "set by hand or elsewhere"
)

// leaf is a place in which two values differ.
type leaf struct {
	at   schema.Path
	a, b any // nil: absent
}

// leaves lists the places in which two decoded values differ, sorted by key: as deep as both are mappings, or lists of one length.
func leaves(a, b any, at schema.Path) (found []leaf) {
	am, aIsMap := a.(map[string]any)
	bm, bIsMap := b.(map[string]any)
	al, aIsList := a.([]any)
	bl, bIsList := b.([]any)
	switch {
	case reflect.DeepEqual(a, b):
	case aIsMap && (bIsMap || b == nil) && len(am)+len(bm) > 0, bIsMap && a == nil && len(bm) > 0:
		keys := maps.Clone(am)
		if keys == nil {
			keys = map[string]any{}
		}
		maps.Copy(keys, bm)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			found = append(found, leaves(am[key], bm[key], at.Child(key))...)
		}
	case aIsList && bIsList && len(al) == len(bl):
		for i := range al {
			found = append(found, leaves(al[i], bl[i], at.Child(i))...)
		}
	default:
		found = append(found, leaf{at, a, b})
	}
	return found
}

// valueAt is what stands at a path; nil: nothing.
func valueAt(v any, at schema.Path) any {
	for _, elem := range at {
		switch e := elem.(type) {
		case string:
			m, _ := v.(map[string]any) // anything else holds nothing
			v = m[e]
		case int:
			l, _ := v.([]any) // anything else holds nothing
			if e >= len(l) {
				return nil
			}
			v = l[e]
		}
	}
	return v
}

// decoded is an object as a JSON decoder makes it, with float64 for every number. It shares nothing with the original.
func decoded(object map[string]any) (out map[string]any, err error) {
	encoded, err := json.Marshal(object)
	if err == nil {
		err = json.Unmarshal(encoded, &out)
	}
	return out, err
}
