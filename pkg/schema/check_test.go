package schema

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// everyKind has a field of every kind, by pointer and in a list where that makes a difference.
type everyKind struct {
	Embedded
	Text      string                       `json:"text,omitempty"`
	Flag      bool                         `json:"flag,omitempty"`
	FlagPtr   *bool                        `json:"flagPtr,omitempty"`
	Small     int32                        `json:"small,omitempty"`
	SmallPtr  *int32                       `json:"smallPtr,omitempty"`
	Large     int64                        `json:"large,omitempty"`
	Ratio     float64                      `json:"ratio,omitempty"`
	Amount    resource.Quantity            `json:"amount,omitempty"`
	Amounts   map[string]resource.Quantity `json:"amounts,omitempty"`
	Port      intstr.IntOrString           `json:"port,omitempty"`
	Wait      metav1.Duration              `json:"wait,omitempty"`
	Raw       json.RawMessage              `json:"raw,omitempty"`
	Strings   map[string]string            `json:"strings,omitempty"`
	List      []string                     `json:"list,omitempty"`
	Inner     inner                        `json:"inner,omitempty"`
	InnerPtr  *inner                       `json:"innerPtr,omitempty"`
	Items     []item                       `json:"items,omitempty"`
	Always    string                       `json:"always"`
	OnlyV2    string                       `json:"onlyV2,omitempty" api:"v2"`
	Ignored   string                       `json:"-"`
	notExport string                       //nolint:unused // not a field of the document either
}

// Embedded has its fields among those of the type around it.
type Embedded struct {
	Kind string `json:"kind,omitempty"`
}

type inner struct {
	Name  string `json:"name,omitempty"`
	Count int32  `json:"count,omitempty"`
}

type item struct {
	Name      string          `json:"name,omitempty"`
	Flag      *bool           `json:"flag,omitempty"`
	Count     *int32          `json:"count,omitempty"`
	Resources inner           `json:"resources,omitempty"`
	Ptr       *inner          `json:"ptr,omitempty"`
	Config    json.RawMessage `json:"config,omitempty"`
}

var everyType = Of[everyKind]()

type object = map[string]any

// found collects findings in the order of their paths.
type found []Finding

func (f *found) add(one Finding) { *f = append(*f, one) }

func (f found) sorted() []Finding {
	slices.SortFunc(f, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Path.String(), b.Path.String()), int(a.Reason-b.Reason))
	})
	return f
}

func TestCheckRefusesWrongTypes(t *testing.T) {
	const quote, unquote, booleans = "quote it", "write it without quotes", "quote it; YAML reads yes, no, on, off, y and n without quotes as booleans"
	const dashes = "write each entry on a line of its own that begins with \"- \""
	for name, test := range map[string]struct {
		field string
		value any
		want  string
		hint  string
	}{
		"a boolean for a string":              {"text", false, "expected a string, found a boolean", booleans},
		"an integer for a string":             {"text", int64(4), "expected a string, found an integer", quote},
		"a number for a string":               {"text", 3.11, "expected a string, found a number", quote},
		"a list for a string":                 {"text", []any{}, "expected a string, found a list", ""},
		"a mapping for a string":              {"text", object{}, "expected a string, found a mapping", ""},
		"a string for a boolean":              {"flag", "true", "expected true or false, found a string", unquote},
		"an integer for a boolean":            {"flag", int64(1), "expected true or false, found an integer", ""},
		"a boolean behind a pointer":          {"flagPtr", "no", "expected true or false, found a string", unquote},
		"a string for an integer":             {"small", "3", "expected an integer, found a string", unquote},
		"a fraction for an integer":           {"small", 1.5, "expected an integer, found a number", ""},
		"an integer behind a pointer":         {"smallPtr", true, "expected an integer, found a boolean", ""},
		"more than 32 bits hold":              {"small", int64(math.MaxInt32) + 1, "expected an integer from -2147483648 to 2147483647", ""},
		"less than 32 bits hold":              {"small", int64(math.MinInt32) - 1, "expected an integer from -2147483648 to 2147483647", ""},
		"a number too large for 64 bits":      {"large", 1e19, "expected an integer, found a number", ""},
		"a string for a number":               {"ratio", "1.5", "expected a number, found a string", ""},
		"a word for a quantity":               {"amount", "much", "expected a quantity such as 500m, 2 or 4Gi", ""},
		"a quantity with a space":             {"amount", "4 Gi", "expected a quantity such as 500m, 2 or 4Gi", ""},
		"a quantity in bytes":                 {"amount", "4GB", "expected a quantity such as 500m, 2 or 4Gi", ""},
		"a quantity without digits":           {"amount", "", "expected a quantity such as 500m, 2 or 4Gi", ""},
		"a quantity that takes hours to read": {"amount", "1e-2000000000", "expected a quantity such as 500m, 2 or 4Gi", ""},
		"a quantity Kubernetes writes wrong":  {"amount", "1" + strings.Repeat("0", 31), "expected a quantity such as 500m, 2 or 4Gi", ""},
		"a boolean for a quantity":            {"amount", true, "expected a quantity such as 500m, 2 or 4Gi, found a boolean", ""},
		"infinity for a quantity":             {"amount", math.Inf(1), "expected a quantity, found a number", ""},
		"a boolean for an integer or string":  {"port", true, "expected an integer or a string, found a boolean", ""},
		"a fraction for an integer or string": {"port", 1.5, "expected an integer or a string, found a number", ""},
		"an integer for a duration":           {"wait", int64(60), "expected a string, found an integer", quote},
		"a duration in days":                  {"wait", "1d", "expected a duration such as 60s or 10m", ""},
		"a string for a mapping":              {"strings", "a=b", "expected a mapping, found a string", ""},
		"a list for a mapping":                {"strings", []any{"a"}, "expected a mapping, found a list", ""},
		"a list for a struct":                 {"inner", []any{}, "expected a mapping, found a list", ""},
		"a string behind a pointer to struct": {"innerPtr", "x", "expected a mapping, found a string", ""},
		"a string for a list":                 {"list", "a", "expected a list, found a string", dashes},
		"a mapping for a list":                {"items", object{"name": "a"}, "expected a list, found a mapping", dashes},
	} {
		t.Run(name, func(t *testing.T) {
			var findings found
			got := everyType.Check(object{test.field: test.value, "always": "x"}, "v2", findings.add)
			want := []Finding{{Path: Path{test.field}, Reason: WrongType, Value: test.value, Want: test.want, Hint: test.hint}}
			if diff := gocmp.Diff(want, findings.sorted()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff(object{test.field: nil, "always": "x"}, got); diff != "" {
				t.Errorf("what is left (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckFindsPlacesBelow(t *testing.T) {
	var findings found
	got := everyType.Check(object{
		"strings": object{"a": "x", "b.c/d": int64(1)},
		"amounts": object{"cpu": "1000m", "memory": true},
		"list":    []any{"a", nil, int64(3)},
		"items":   []any{object{"name": "a"}, "b", object{"resources": object{"count": "2"}}},
	}, "v2", findings.add)
	want := []Finding{
		{Path: Path{"amounts", "memory"}, Value: true, Want: "expected a quantity such as 500m, 2 or 4Gi, found a boolean"},
		{Path: Path{"items", 1}, Value: "b", Want: "expected a mapping, found a string"},
		{Path: Path{"items", 2, "resources", "count"}, Value: "2", Want: "expected an integer, found a string", Hint: "write it without quotes"},
		{Path: Path{"list", 1}, Want: "expected a value, found nothing", Hint: "an empty list entry says nothing: fill it or remove its line"},
		{Path: Path{"list", 2}, Value: int64(3), Want: "expected a string, found an integer", Hint: "quote it"},
		{Path: Path{"strings", "b.c/d"}, Value: int64(1), Want: "expected a string, found an integer", Hint: "quote it"},
	}
	if diff := gocmp.Diff(want, findings.sorted()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	left := object{"strings": object{"a": "x", "b.c/d": nil}, "amounts": object{"cpu": "1", "memory": nil}, "list": []any{"a", nil, nil},
		"items": []any{object{"name": "a"}, nil, object{"resources": object{"count": nil}}}}
	if diff := gocmp.Diff(left, got); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
}

func TestCheckKeepsWhatIsRight(t *testing.T) {
	for name, test := range map[string]struct{ value, want object }{
		"a value of every kind": {
			value: object{"kind": "K", "text": "", "flag": true, "flagPtr": false, "small": int64(-3), "large": int64(1) << 60, "ratio": int64(2), "port": "http", "wait": "10m",
				"strings": object{}, "list": []any{}, "inner": object{"name": "a"}, "innerPtr": object{}, "items": []any{object{"flag": false}}},
			want: object{"kind": "K", "text": "", "flag": true, "flagPtr": false, "small": int64(-3), "large": int64(1) << 60, "ratio": int64(2), "port": "http", "wait": "10m",
				"strings": object{}, "list": []any{}, "inner": object{"name": "a"}, "innerPtr": object{}, "items": []any{object{"flag": false}}},
		},
		"null stands for nothing, everywhere": {
			value: object{"text": nil, "inner": nil, "strings": object{"a": nil}, "items": nil, "raw": nil, "amount": nil},
			want:  object{"text": nil, "inner": nil, "strings": object{"a": nil}, "items": nil, "raw": nil, "amount": nil},
		},
		"a whole number is an integer to JSON": {value: object{"small": 2.0, "large": 1e3}, want: object{"small": int64(2), "large": int64(1000)}},
		"a thousand thousandths are one":       {value: object{"amount": "1000m"}, want: object{"amount": "1"}},
		"4096Mi are 4Gi":                       {value: object{"amount": "4096Mi"}, want: object{"amount": "4Gi"}},
		"1.5Gi are 1536Mi":                     {value: object{"amount": "1.5Gi"}, want: object{"amount": "1536Mi"}},
		"half a core is 500m":                  {value: object{"amount": 0.5}, want: object{"amount": "500m"}},
		"an integer is a quantity":             {value: object{"amount": int64(4)}, want: object{"amount": "4"}},
		"1e3 are 1k":                           {value: object{"amount": 1e3}, want: object{"amount": "1k"}},
		"a quantity in a map":                  {value: object{"amounts": object{"cpu": "0.10", "memory": "1024Ki"}}, want: object{"amounts": object{"cpu": "100m", "memory": "1Mi"}}},
		"raw values stay as they are":          {value: object{"raw": object{"amount": "1000m", "n": 2.0, "list": []any{int64(1), nil}}}, want: object{"raw": object{"amount": "1000m", "n": 2.0, "list": []any{int64(1), nil}}}},
	} {
		t.Run(name, func(t *testing.T) {
			var findings found
			got := everyType.Check(test.value, "v2", findings.add)
			if diff := gocmp.Diff([]Finding(nil), findings.sorted()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Errorf("checked (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckReportsFieldsThatAreNotThere(t *testing.T) {
	unknown := func(value any, hint string, path ...any) Finding {
		return Finding{Path: path, Reason: UnknownField, Value: value, Want: "no such field", Hint: hint}
	}
	for name, test := range map[string]struct {
		value   object
		version string
		want    []Finding
	}{
		"a slip of the pen":                     {value: object{"smal": int64(1)}, want: []Finding{unknown(int64(1), "did you mean small?", "smal")}},
		"another letter case":                   {value: object{"FLAGPTR": true}, want: []Finding{unknown(true, "did you mean flagPtr?", "FLAGPTR")}},
		"nothing that is like it":               {value: object{"colour": "blue"}, want: []Finding{unknown("blue", "", "colour")}},
		"a name longer than any field":          {value: object{strings.Repeat("small", 30): "x"}, want: []Finding{unknown("x", "", strings.Repeat("small", 30))}},
		"a field that JSON does not have":       {value: object{"Ignored": "x"}, want: []Finding{unknown("x", "", "Ignored")}},
		"below a list":                          {value: object{"items": []any{object{"Count": int64(1)}}}, want: []Finding{unknown(int64(1), "did you mean count?", "items", 0, "Count")}},
		"a field of the other version":          {value: object{"onlyV2": "x"}, version: "v1alpha1", want: []Finding{{Path: Path{"onlyV2"}, Reason: OtherVersion, Value: "x", Want: "only v2 has this field, this document is v1alpha1"}}},
		"a field of this version":               {value: object{"onlyV2": "x"}, version: "v2"},
		"a field of a version, none being told": {value: object{"onlyV2": "x"}},
		"null in a raw value":                   {value: object{"raw": object{"a": "x"}, "text": "y"}},
	} {
		t.Run(name, func(t *testing.T) {
			var findings found
			got := everyType.Check(test.value, test.version, findings.add)
			if diff := gocmp.Diff(test.want, findings.sorted()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff(test.value, got); diff != "" {
				t.Errorf("an unknown field stays (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckDropsNullsOfRawMappings(t *testing.T) {
	var findings found
	value := object{"raw": object{"a": nil, "b": object{"c": nil, "d": int64(1)}, "e": []any{object{"f": nil}}}}
	got := everyType.Check(value, "v2", findings.add)
	null := func(path ...any) Finding {
		return Finding{Path: path, Reason: NullDropped, Want: "null has no meaning here, the key is left out", Hint: "remove it or give it a value"}
	}
	if diff := gocmp.Diff([]Finding{null("raw", "a"), null("raw", "b", "c"), null("raw", "e", 0, "f")}, findings.sorted()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(object{"raw": object{"b": object{"d": int64(1)}, "e": []any{object{}}}}, got); diff != "" {
		t.Errorf("checked (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(object{"raw": object{"a": nil, "b": object{"c": nil, "d": int64(1)}, "e": []any{object{"f": nil}}}}, value); diff != "" {
		t.Errorf("the value itself was changed (-want +got):\n%s", diff)
	}
}

func TestSuggest(t *testing.T) {
	clusters := []string{"paris", "lyon", "lille", strings.Repeat("a", 100)}
	for name, test := range map[string]struct{ given, want string }{
		"a missing letter":       {"pari", "did you mean paris?"},
		"another letter case":    {"Lyon", "did you mean lyon?"},
		"nothing near":           {"london", ""},
		"one letter says little": {"l", ""},
		"a name longer than any field, which would take long": {strings.Repeat("a", 101), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Suggest(test.given, clusters); got != test.want {
				t.Errorf("want %q, got %q", test.want, got)
			}
		})
	}
}
