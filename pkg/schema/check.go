package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Reason sorts the findings of Check and Merge.
type Reason int

const (
	// WrongType is a value that cannot be decoded into its field.
	WrongType Reason = iota
	// UnknownField is a key that the type does not have.
	UnknownField
	// OtherVersion is a key that only another API version has.
	OtherVersion
	// NullDropped is a null inside a raw value, where it has no meaning; it is left out.
	NullDropped
	// ZeroHonoured is a false, 0, "", [] or null that takes away a value of the base.
	ZeroHonoured
)

// Finding is one thing to say about a document.
type Finding struct {
	Path   Path
	Reason Reason
	Value  any    // what stands there
	Want   string // what was expected, or what happens
	Hint   string // what to do; may be empty
}

// Check reads value by the rules of t and returns a copy in which quantities are in canonical form (4096Mi becomes 4Gi).
// version is the API version in use (v1alpha1 or v2); empty allows the fields of all. Unknown fields are reported and
// kept; a value of the wrong type is reported and left out.
func (t *Type) Check(value any, version string, report func(Finding)) any {
	c := checker{version: version, report: report}
	return c.check(t, value, nil)
}

type checker struct {
	version string
	report  func(Finding)
}

func (c *checker) check(t *Type, v any, at Path) any {
	if v == nil {
		return nil
	}
	switch t.kind {
	case kindStruct:
		return c.checkStruct(t, v, at)
	case kindMap:
		m, ok := v.(map[string]any)
		if !ok {
			return c.wrong(at, v, "a mapping", "")
		}
		out := make(map[string]any, len(m))
		for k, e := range m {
			out[k] = c.check(t.elem, e, at.Child(k))
		}
		return out
	case kindList:
		l, ok := v.([]any)
		if !ok {
			return c.wrong(at, v, "a list", "write each entry on a line of its own that begins with \"- \"")
		}
		out := make([]any, len(l))
		for i, e := range l {
			if out[i] = c.check(t.elem, e, at.Child(i)); out[i] == nil && e == nil {
				c.wrong(at.Child(i), nil, "a value", "an empty list entry says nothing: fill it or remove its line")
			}
		}
		return out
	case kindRaw:
		return c.checkRaw(v, at)
	default:
		return c.checkScalar(t, v, at)
	}
}

func (c *checker) checkStruct(t *Type, v any, at Path) any {
	m, ok := v.(map[string]any)
	if !ok {
		return c.wrong(at, v, "a mapping", "")
	}
	out := make(map[string]any, len(m))
	for k, e := range m {
		f, known := t.fields[k]
		switch {
		case !known:
			c.report(Finding{Path: at.Child(k), Reason: UnknownField, Value: e, Want: "no such field", Hint: t.suggest(k)})
			out[k] = e
		case f.version != "" && c.version != "" && f.version != c.version:
			c.report(Finding{Path: at.Child(k), Reason: OtherVersion, Value: e,
				Want: fmt.Sprintf("only %s has this field, this document is %s", f.version, c.version)})
			out[k] = e
		default:
			out[k] = c.check(f.Type, e, at.Child(k))
		}
	}
	return out
}

// checkRaw keeps anything but null entries of mappings: an API server may drop them, and a merge patch cannot carry them.
func (c *checker) checkRaw(v any, at Path) any {
	switch e := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(e))
		for k, item := range e {
			if item == nil {
				c.report(Finding{Path: at.Child(k), Reason: NullDropped, Want: "null has no meaning here, the key is left out",
					Hint: "remove it or give it a value"})
				continue
			}
			out[k] = c.checkRaw(item, at.Child(k))
		}
		return out
	case []any:
		out := make([]any, len(e))
		for i, item := range e {
			out[i] = c.checkRaw(item, at.Child(i))
		}
		return out
	}
	return v
}

func (c *checker) checkScalar(t *Type, v any, at Path) any {
	switch t.kind {
	case kindString:
		if _, ok := v.(string); !ok {
			return c.wrong(at, v, "a string", quoteHint(v))
		}
	case kindText:
		s, ok := v.(string)
		if !ok {
			return c.wrong(at, v, "a string", quoteHint(v))
		}
		b, _ := json.Marshal(s) // a string always encodes
		if err := t.parse(b); err != nil {
			return c.invalid(at, v, "a duration such as 60s or 10m")
		}
	case kindBool:
		if _, ok := v.(bool); !ok {
			return c.wrong(at, v, "true or false", unquoteHint(v))
		}
	case kindFloat:
		switch v.(type) {
		case int64, float64:
		default:
			return c.wrong(at, v, "a number", "")
		}
	case kindInt:
		return c.checkInt(t, v, at)
	case kindQuantity:
		return c.checkQuantity(v, at)
	case kindIntOrString:
		switch v.(type) {
		case string, int64:
		default:
			return c.wrong(at, v, "an integer or a string", "")
		}
	}
	return v
}

func (c *checker) checkInt(t *Type, v any, at Path) any {
	if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		v = int64(f) // 2.0 and 1e3 are integers to JSON
	}
	n, ok := v.(int64)
	if !ok {
		return c.wrong(at, v, "an integer", unquoteHint(v))
	}
	if t.bits == 32 && (n > math.MaxInt32 || n < math.MinInt32) {
		return c.invalid(at, v, fmt.Sprintf("an integer from %d to %d", math.MinInt32, math.MaxInt32))
	}
	return v
}

// checkQuantity returns the canonical form, which is how Kubernetes' own types write a quantity back.
func (c *checker) checkQuantity(v any, at Path) any {
	var s string
	switch e := v.(type) {
	case string:
		s = e
	case int64, float64:
		b, err := json.Marshal(e)
		if err != nil { // NaN and infinity
			return c.wrong(at, v, "a quantity", "")
		}
		s = string(b)
	default:
		return c.wrong(at, v, "a quantity such as 500m, 2 or 4Gi", "")
	}
	q, ok := ParseQuantity(s)
	if !ok {
		return c.invalid(at, v, "a quantity such as 500m, 2 or 4Gi")
	}
	return q.String()
}

var longExponent = regexp.MustCompile(`[eE][+-]?[0-9]{3}`)

// ParseQuantity reads a quantity. Unlike Kubernetes' own function it refuses exponents of three digits and more, since a small
// one keeps that busy for hours (1e-2000000000), and amounts that Kubernetes writes back as others: 1 with 31 zeros becomes 10
// (both apimachinery 0.37).
func ParseQuantity(s string) (q resource.Quantity, ok bool) {
	if len(s) > 100 || longExponent.MatchString(s) {
		return q, false
	}
	q, err := resource.ParseQuantity(s)
	if err != nil {
		return q, false
	}
	back, err := resource.ParseQuantity(q.String())
	return q, err == nil && back.Cmp(q) == 0
}

func (c *checker) wrong(at Path, v any, want, hint string) any {
	c.report(Finding{Path: at, Reason: WrongType, Value: v, Want: "expected " + want + ", found " + describe(v), Hint: hint})
	return nil
}

// invalid is a value of the right type that its field does not take.
func (c *checker) invalid(at Path, v any, want string) any {
	c.report(Finding{Path: at, Reason: WrongType, Value: v, Want: "expected " + want})
	return nil
}

func describe(v any) string {
	switch v.(type) {
	case nil:
		return "nothing"
	case bool:
		return "a boolean"
	case int64, uint64:
		return "an integer"
	case float64:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	default:
		return "a mapping"
	}
}

func quoteHint(v any) string {
	switch v.(type) {
	case bool:
		return "quote it; YAML reads yes, no, on, off, y and n without quotes as booleans"
	case int64, uint64, float64:
		return "quote it"
	}
	return ""
}

// unquoteHint is for a string where something else is wanted.
func unquoteHint(v any) string {
	if _, ok := v.(string); ok {
		return "write it without quotes"
	}
	return ""
}

// suggest names the field that was probably meant: the same in other letter case, or at most a third of the letters off.
func (t *Type) suggest(name string) string {
	if len(name) > 100 { // no field is that long, and the search would be
		return ""
	}
	best, bestDistance := "", len(name)/3+1
	for _, known := range slices.Sorted(maps.Keys(t.fields)) {
		d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(known), nil)
		if d < bestDistance {
			best, bestDistance = known, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", best)
}

// Suggest names the one of candidates that name was probably meant to be, as a hint, or nothing.
func Suggest(name string, candidates []string) string {
	t := Type{fields: map[string]*field{}}
	for _, c := range candidates {
		t.fields[c] = nil
	}
	return t.suggest(name)
}
