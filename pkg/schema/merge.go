package schema

import "maps"

// ZeroValues says what false, 0, "", [] and null in an override mean.
type ZeroValues int

const (
	// HonourZero takes them as written: the base's value goes.
	HonourZero ZeroValues = iota
	// IgnoreZero does as mergo.Merge(base, override, WithOverride) 0.3.12 on the Go types, which Multi-CassKop used: zero
	// values of fields lose against the base, except in maps, and except for pointers where base has none.
	IgnoreZero
)

// Merge lays over on top of base, both checked by t, and returns the result; neither is changed. Mappings merge key by key,
// lists and raw values are replaced whole, a null removes. Zero values that remove something of base are reported with
// reason ZeroHonoured, since Multi-CassKop ignored them.
func (t *Type) Merge(base, over any, zero ZeroValues, report func(Finding)) any {
	m := merger{zero: zero, report: report}
	return m.merge(t, base, over, nil)
}

type merger struct {
	zero   ZeroValues
	report func(Finding)
}

func (m *merger) merge(t *Type, base, over any, at Path) any {
	b, baseIsMap := base.(map[string]any)
	o, overIsMap := over.(map[string]any)
	if !baseIsMap || !overIsMap || (t != nil && t.kind == kindRaw) {
		return over
	}
	out := maps.Clone(b)
	for k, v := range o {
		f := t.at(k)
		inMap := t != nil && t.kind == kindMap
		old, present := b[k]
		switch {
		case m.zero == IgnoreZero && inMap && v == nil:
			out[k] = f.zeroText() // a null decodes to the map's zero value, and wins
		case m.zero == IgnoreZero && !inMap && f != nil && isZero(v):
			if f.pointer && !present && v != nil {
				out[k] = v
			}
		case v == nil:
			m.honoured(at.Child(k), old, present, v)
			delete(out, k)
		default:
			if !inMap && isZero(v) {
				m.honoured(at.Child(k), old, present, v)
			}
			out[k] = m.merge(f.typ(), old, v, at.Child(k))
		}
	}
	return out
}

func (m *merger) honoured(at Path, old any, present bool, v any) {
	if present && !isZero(old) {
		m.report(Finding{Path: at, Reason: ZeroHonoured, Value: v, Want: "takes away what the base says", Hint: "" +
			"Multi-CassKop ignored such a value, so an object that it made still has the base's; zeroValues: ignore keeps that"})
	}
}

// at returns the field below key k, or nil where the type does not say.
func (t *Type) at(k string) *field {
	switch {
	case t == nil:
		return nil
	case t.kind == kindMap:
		return &field{Type: t.elem}
	case t.kind == kindStruct:
		return t.fields[k]
	}
	return nil
}

func (f *field) typ() *Type {
	if f == nil {
		return nil
	}
	return f.Type
}

func (f *field) zeroText() any {
	if f.kind == kindQuantity {
		return "0"
	}
	return ""
}
