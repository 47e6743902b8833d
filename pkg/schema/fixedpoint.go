package schema

// FixedPoint returns what stays of a checked value when a controller decodes it into t's Go type and encodes it again, less
// the empty structs that it would add outside of lists.
//
//   - Zero values of fields with omitempty vanish, unless the field is a pointer.
//   - Null, empty mappings and empty lists vanish.
//   - In the elements of a list, structs that are not pointers are written even when empty (resources: {}). A list has one
//     owner in a server-side apply, so a field that is missing there is drift, which it is not elsewhere.
//   - Unknown fields are kept as they are: the type cannot tell.
//
// Applying FixedPoint twice gives the same as once.
func (t *Type) FixedPoint(value any) any {
	return t.fixedPoint(value, false)
}

func (t *Type) fixedPoint(v any, inList bool) any {
	switch e := v.(type) {
	case map[string]any:
		switch t.kind {
		case kindStruct:
			return t.fixedStruct(e, inList)
		case kindMap:
			out := make(map[string]any, len(e))
			for k, item := range e {
				if item != nil {
					out[k] = t.elem.fixedPoint(item, inList)
				}
			}
			return out
		}
	case []any:
		if t.kind == kindList {
			out := make([]any, len(e))
			for i, item := range e {
				out[i] = t.elem.fixedPoint(item, true)
			}
			return out
		}
	}
	return v
}

func (t *Type) fixedStruct(m map[string]any, inList bool) map[string]any {
	out := make(map[string]any, len(m))
	for k, e := range m {
		f, known := t.fields[k]
		if !known {
			if e = withoutNulls(e); e != nil {
				out[k] = e
			}
			continue
		}
		if w := f.fixedPoint(e, inList); !f.vanishes(w, inList) {
			out[k] = w
		}
	}
	if !inList {
		return out
	}
	for name, f := range t.fields {
		if _, present := out[name]; !present && f.kind == kindStruct && !f.pointer {
			out[name] = f.fixedPoint(map[string]any{}, true)
		}
	}
	return out
}

func (f *field) vanishes(v any, inList bool) bool {
	switch e := v.(type) {
	case nil:
		return true
	case map[string]any:
		written := inList && (f.kind == kindStruct || f.kind == kindRaw)
		return len(e) == 0 && !written
	case []any:
		return len(e) == 0 && f.kind != kindRaw
	}
	return f.omitEmpty && !f.pointer && f.kind != kindRaw && f.kind != kindQuantity && isZero(v)
}

// isZero reports a value that encoding/json's omitempty, and mergo, take for empty.
func isZero(v any) bool {
	switch e := v.(type) {
	case nil:
		return true
	case bool:
		return !e
	case string:
		return e == ""
	case int64:
		return e == 0
	case float64:
		return e == 0
	case []any:
		return len(e) == 0
	}
	return false
}

func withoutNulls(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := make(map[string]any, len(m))
	for k, e := range m {
		if e = withoutNulls(e); e != nil {
			out[k] = e
		}
	}
	return out
}
