package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// parsed is what came of a source: the values of its documents, and the problems as a user sees them.
type parsed struct {
	Values   []map[string]any
	Problems []string
}

func parse(data string) (got parsed) {
	docs, problems := parseSource(Source{Name: "f.yaml", Data: []byte(data)})
	for _, d := range docs {
		got.Values = append(got.Values, d.value)
	}
	for _, p := range problems {
		got.Problems = append(got.Problems, p.String())
	}
	return got
}

type objects = []map[string]any

const checkHint = "; check the indentation and the quotes there and just above"

func TestParseSource(t *testing.T) {
	for name, test := range map[string]struct {
		data string
		want parsed
	}{
		"nothing":                              {"", parsed{}},
		"comments alone":                       {"# one\n\n# two\n", parsed{}},
		"a byte order mark":                    {"\uFEFFa: 1\n", parsed{Values: objects{{"a": int64(1)}}}},
		"a byte order mark before a marker":    {"\uFEFF---\na: 1\n---\nb: 2\n", parsed{Values: objects{{"a": int64(1)}, {"b": int64(2)}}}},
		"CRLF":                                 {"a: 1\r\n---\r\nb:\r\n- x\r\n", parsed{Values: objects{{"a": int64(1)}, {"b": []any{"x"}}}}},
		"CR alone":                             {"a: 1\rb: 2\r", parsed{Values: objects{{"a": int64(1), "b": int64(2)}}}},
		"no final newline":                     {"a: 1\n---\nb: 2", parsed{Values: objects{{"a": int64(1)}, {"b": int64(2)}}}},
		"empty documents between others":       {"---\n---\na: 1\n---\n# none\n---\n...\n---\nnull\n---\n~\n---\nb: 2\n---\n", parsed{Values: objects{{"a": int64(1)}, {"b": int64(2)}}}},
		"a document that begins at its mark":   {"--- {a: 1}\n--- # a comment\nb: 2\n---\tc: 3\n", parsed{Values: objects{{"a": int64(1)}, {"b": int64(2)}}, Problems: []string{"f.yaml:4: not YAML: mapping values are not allowed in this context" + checkHint}}},
		"a document that ends itself":          {"a: 1\n...\n---\nb: 2\n", parsed{Values: objects{{"a": int64(1)}, {"b": int64(2)}}}},
		"three dashes begin a longer word":     {"---a: 1\n---b: 2\n", parsed{Values: objects{{"---a": int64(1), "---b": int64(2)}}}},
		"three dashes in a block scalar":       {"a: |\n  x\n  ---\n   ---\n  y\nb: >-\n  ---\n  z\n", parsed{Values: objects{{"a": "x\n---\n ---\ny\n", "b": "--- z"}}}},
		"three dashes in a flow":               {"a: [\n  ---\n  ]\n", parsed{Values: objects{{"a": []any{"---"}}}}},
		"a directive":                          {"%YAML 1.1\n---\na: 1\n", parsed{Values: objects{{"a": int64(1)}}}},
		"a directive behind a byte order mark": {"\uFEFF%YAML 1.1\n---\na: 1\n", parsed{Values: objects{{"a": int64(1)}}}},
		"a directive in the second document":   {"a: 1\n...\n%YAML 1.1\n---\nb: 2\n", parsed{Values: objects{{"a": int64(1)}, {"b": int64(2)}}}},
		"a percent sign in a block scalar":     {"a: |\n  %x\n---\nb: 2\n", parsed{Values: objects{{"a": "%x\n"}, {"b": int64(2)}}}},
		"JSON":                                 {"{\"a\": {\"b\": [1, -2.5, 1e3, true, null, \"\\u00e9\\n\"]},\n\t\"c\": {}}", parsed{Values: objects{{"a": map[string]any{"b": []any{int64(1), -2.5, 1000.0, true, nil, "é\n"}}, "c": map[string]any{}}}}},
		"anchors are of their document":        {"a: &x {b: 1}\nc: *x\n---\nd: *x\n", parsed{Values: objects{{"a": map[string]any{"b": int64(1)}, "c": map[string]any{"b": int64(1)}}}, Problems: []string{"f.yaml:4: not YAML: unknown anchor 'x' referenced" + checkHint}}},
		"a merge key":                          {"x: &x {a: 1, b: 2}\nm: {b: 3, <<: *x}\n", parsed{Values: objects{{"x": map[string]any{"a": int64(1), "b": int64(2)}, "m": map[string]any{"a": int64(1), "b": int64(3)}}}}},
		"a merge key with several mappings":    {"m:\n  <<: [{a: 1, b: 2}, {b: 3, c: 4}]\n  c: 5\n", parsed{Values: objects{{"m": map[string]any{"a": int64(1), "b": int64(2), "c": int64(5)}}}}},
		"a merge key in quotes, for kustomize": {"\"<<\": x\n", parsed{Problems: []string{"f.yaml:1:1: key \"<<\" cannot be carried by kustomize; give it a name"}}},
		"a merge key with a list":              {"a: 1\n<<: [x]\n", parsed{Problems: []string{"f.yaml:2:6: << takes a mapping or a list of mappings"}}},
		"a list":                               {"- a\n", parsed{Problems: []string{"f.yaml:1:1: [\"a\"]: expected an object with apiVersion and kind"}}},
		"text, in the third document":          {"a: 1\n---\nb: 2\n---\n\nhello\n", parsed{Values: objects{{"a": int64(1)}, {"b": int64(2)}}, Problems: []string{"f.yaml:6:1: \"hello\": expected an object with apiVersion and kind"}}},
		"a key twice":                          {"a: 1\nb: 2\na: 3\n", parsed{Problems: []string{"f.yaml:3:1: key \"a\" stands here and in line 1; remove one of the two"}}},
		"a key twice, in documents 2 and 3":    {"a: 1\n---\nb:\n  c: 1\n  c: 2\n---\n# x\nd: {e: 1, \"e\": 2}\n", parsed{Values: objects{{"a": int64(1)}}, Problems: []string{"f.yaml:5:3: key \"c\" stands here and in line 4; remove one of the two", "f.yaml:8:11: key \"e\" stands here and in line 8; remove one of the two"}}},
		"a key twice in an anchored mapping":   {"a: &x\n  b: 1\n  b: 2\nc:\n  <<: *x\n  d: 1\n  d: 2\n", parsed{Problems: []string{"f.yaml:3:3: key \"b\" stands here and in line 2; remove one of the two", "f.yaml:7:3: key \"d\" stands here and in line 6; remove one of the two", "f.yaml:3:3: key \"b\" stands here and in line 2; remove one of the two"}}},
		"a key over a merged one is no second": {"a: &x {b: 1}\nc: {<<: *x, b: 2}\n", parsed{Values: objects{{"a": map[string]any{"b": int64(1)}, "c": map[string]any{"b": int64(2)}}}}},
		"one boolean in two spellings":         {"yes: 1\n\"true\": 2\nTrue: 3\n", parsed{Problems: []string{"f.yaml:2:1: key \"true\" stands here and in line 1; remove one of the two", "f.yaml:3:1: key \"true\" stands here and in line 1; remove one of the two"}}},
		"a mapping for a key":                  {"a: {{x}}\n", parsed{Problems: []string{"f.yaml:1:5: a key must be plain text; if a value was meant, put quotes around it: { begins a mapping, also that of a template"}}},
		"an alias for a key":                   {"a: &x b\n*x : c\n", parsed{Problems: []string{"f.yaml:2:1: a key must be plain text; if a value was meant, put quotes around it: { begins a mapping, also that of a template"}}},
		"a directive of kustomize": {"a:\n  $patch: delete\n$setElementOrder/x: []\n$x: 1\n", parsed{Problems: []string{
			"f.yaml:2:3: $patch is a directive of strategic merge patches, it cannot be a key; overrides merge by themselves: write the value alone",
			"f.yaml:3:1: $setElementOrder/x is a directive of strategic merge patches, it cannot be a key; overrides merge by themselves: write the value alone"}}},
		"tags of one's own":                        {"a: !Ref x\nb: !!binary aGk=\n", parsed{Problems: []string{"f.yaml:1:4: YAML tag !Ref is not supported; remove the tag", "f.yaml:2:4: YAML tag !!binary is not supported; remove the tag"}}},
		"numbers JSON lacks":                       {"a: .inf\nb: -.Inf\nc: .nan\n", parsed{Problems: []string{"f.yaml:1:4: not a number that JSON can hold; quote it if it is text", "f.yaml:2:4: not a number that JSON can hold; quote it if it is text", "f.yaml:3:4: not a number that JSON can hold; quote it if it is text"}}},
		"a tab for indentation":                    {"a:\n\tb: 1\n", parsed{Problems: []string{"f.yaml:2: not YAML: found character that cannot start any token" + checkHint}}},
		"a key out of line, below a long mapping":  {"x: 1\n---\na:\n  b: 1\n  c: 1\n d: 1\n", parsed{Values: objects{{"x": int64(1)}}, Problems: []string{"f.yaml:6: not YAML: did not find expected key" + checkHint}}},
		"a bracket that stays open, in document 2": {"x: 1\n---\na: [b\nc: 1\n", parsed{Values: objects{{"x": int64(1)}}, Problems: []string{"f.yaml:3: not YAML: did not find expected ',' or ']'" + checkHint}}},
		"a quote that stays open":                  {"x: 1\na: \"b\nc: 1\n", parsed{Problems: []string{"f.yaml:2: not YAML: found unexpected end of stream" + checkHint}}},
		"a control character":                      {"x: 1\ny: a\x01b\n", parsed{Problems: []string{"f.yaml:2: not YAML: control characters are not allowed" + checkHint}}},
		"a document after a broken one":            {"a: [\n---\nb: 1\n", parsed{Values: objects{{"b": int64(1)}}, Problems: []string{"f.yaml:1: not YAML: did not find expected node content" + checkHint}}},
		"bytes that are not UTF-8":                 {"a: 1\nb: \xe9\n", parsed{Problems: []string{"f.yaml:2: not UTF-8 text; save the file as UTF-8"}}},
		"UTF-16":                                   {"\xff\xfea\x00:\x00", parsed{Problems: []string{"f.yaml:1: not UTF-8 text; save the file as UTF-8"}}},
		"an alias inside its own anchor":           {"a: &a\n  b: [*a]\n", parsed{Problems: []string{"f.yaml:1:4: nested deeper than 100 levels; look for an alias inside its own anchor"}}},
		"an alias inside its own anchor, twice":    {"a: &a [*a, *a]\n", parsed{Problems: []string{"f.yaml:1:8: nested deeper than 100 levels; look for an alias inside its own anchor"}}},
		"a merge key inside its own anchor":        {"a: &a\n  <<: *a\n", parsed{Problems: []string{"f.yaml:2:7: nested deeper than 100 levels; look for an alias inside its own anchor"}}},
		"nested 101 deep":                          {"a: " + strings.Repeat("[", 100) + "x" + strings.Repeat("]", 100), parsed{Problems: []string{"f.yaml:1:103: nested deeper than 100 levels; look for an alias inside its own anchor"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, parse(test.data)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDeepNestingIsReadUpToTheLimit(t *testing.T) {
	text := "a: " + strings.Repeat("[", 98) + "x" + strings.Repeat("]", 98)
	if got := fmt.Sprint(parse(text)); got != "{[map["+strings.ReplaceAll(text, " ", "")+"]] []}" {
		t.Errorf("want all 98 brackets, got %s", got) // in text: cmp.Diff takes twice as long for each level
	}
}

// TestScalarsAreThoseOfKubectl holds keys and values against sigs.k8s.io/yaml, with which kubectl reads them.
func TestScalarsAreThoseOfKubectl(t *testing.T) {
	for _, text := range []string{"yes", "Yes", "YES", "y", "Y", "no", "n", "N", "on", "On", "off", "OFF", "true", "True", "TRUE", "false", "yEs", "oN", `"yes"`, "'no'",
		"1", "-1", "+1", "0x1F", "0o17", "017", "0b101", "1_000", "1.5", "1.0", "1e3", "1.5e-3", ".5", "5.", "12:30:45", "9223372036854775807", "1.2.3", "4.0.4", "0x", "1e", "08",
		"~", "null", "Null", "NULL", "nil", "2024-01-01", "2001-12-14t21:59:43.10-05:00", "!!str 5", "!!str yes", "!!int 5", "!!float 5", "x", "x y", "=", "é", "'it''s'", `"a\tb"`} {
		t.Run(text, func(t *testing.T) {
			want := kubectl(t, "v: "+text+"\n")
			if diff := cmp.Diff(want, asJSONText(t, parse("v: "+text+"\n").Values)); diff != "" {
				t.Errorf("as a value (-kubectl +render):\n%s", diff)
			}
		})
	}
	for _, text := range []string{"yes", "No", "on", "OFF", "y", "n", "true", "True", "FALSE", `"yes"`, "x", "1", "-5", "1.5", "!!str on"} {
		t.Run("key "+text, func(t *testing.T) {
			if diff := cmp.Diff(kubectl(t, text+": v\n"), asJSONText(t, parse(text+": v\n").Values)); diff != "" {
				t.Errorf("as a key (-kubectl +render):\n%s", diff)
			}
		})
	}
}

func kubectl(t *testing.T, text string) string {
	t.Helper()
	b, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return "[" + string(b) + "]"
}

func asJSONText(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestHostileSources gives the parser little text, or much, that would make far more: it says what is wrong, soon and in
// little memory.
func TestHostileSources(t *testing.T) {
	laughs := "a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]\n"
	merges := "m0: &m0 {k: v}\n"
	for i := range 20 {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i), 10), ","))
		merges += fmt.Sprintf("m%d: &m%d {<<: [%s]}\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*m%d,", i), 10), ","))
	}
	for name, test := range map[string]struct {
		data string
		want []string
	}{
		"a billion laughs": {laughs, []string{"f.yaml:1:30: the document has more than 200000 values, aliases expanded; no ring is that large: look for aliases that repeat each other"}},
		"a billion merges": {merges, []string{"f.yaml:1:13: the document has more than 200000 values, aliases expanded; no ring is that large: look for aliases that repeat each other"}},
		"33 MB":            {strings.Repeat("# 33 bytes make a line of text..\n", 1<<20), []string{"f.yaml: the file is larger than 32 MiB, which is the most that is read; split it into several files"}},
		"200000 values":    {"a:\n" + strings.Repeat("- 1\n", 200_000), []string{"f.yaml:200000:3: the document has more than 200000 values, aliases expanded; no ring is that large: look for aliases that repeat each other"}},
		"10000 brackets":   {"a: " + strings.Repeat("[", 10_001), []string{"f.yaml:1: not YAML: exceeded max depth of 10000" + checkHint}},
		"200000 mistakes":  {"a: [" + strings.Repeat("!x a,", 200_000) + "]\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begin := time.Now()
			got := parse(test.data)
			took := time.Since(begin)
			runtime.ReadMemStats(&after)
			if test.want == nil && len(got.Problems) == maxDocumentProblems {
				return
			}
			if diff := cmp.Diff(parsed{Problems: test.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 300 {
				t.Errorf("%d MiB for %d bytes", mb, len(test.data))
			}
			if took > 20*time.Second {
				t.Errorf("%d bytes took %s", len(test.data), took)
			}
		})
	}
}

func TestDocumentKnowsItsLines(t *testing.T) {
	docs, problems := parseSource(Source{Name: "f.yaml", Data: []byte("x: 1\n---\na:\n  b: &b\n    - c: 1\n    - d:\n        e: 2\n  yes: 3\nf: *b\ng: {<<: {h: 1}, i: 2}\n")})
	if len(docs) != 2 || len(problems) > 0 {
		t.Fatal(problems)
	}
	for name, test := range map[string]struct {
		path schema.Path
		want string
		has  bool
	}{
		"the document":                       {nil, "3:1", true},
		"a mapping is where its key is":      {schema.Path{"a"}, "3:1", true},
		"a list is where its key is":         {schema.Path{"a", "b"}, "4:3", true},
		"an item":                            {schema.Path{"a", "b", 1}, "6:7", true},
		"a scalar is where it stands itself": {schema.Path{"a", "b", 1, "d", "e"}, "7:12", true},
		"a key that is a boolean":            {schema.Path{"a", "true"}, "8:8", true},
		"through an alias, where it is said": {schema.Path{"f", 0, "c"}, "5:10", true},
		"an alias is where its key is":       {schema.Path{"f"}, "9:1", true},
		"merged: the mapping around it":      {schema.Path{"g", "h"}, "10:1", true},
		"not there: the nearest above":       {schema.Path{"a", "x", "y", 3}, "3:1", false},
		"an item too many":                   {schema.Path{"a", "b", 7}, "4:3", false},
		"below a scalar":                     {schema.Path{"g", "i", "z"}, "10:20", false},
		"an index of a mapping":              {schema.Path{"g", 0}, "10:1", false},
	} {
		t.Run(name, func(t *testing.T) {
			p := docs[1].problem(test.path, nil, "m", "")
			if got := fmt.Sprintf("%d:%d", p.Line, p.Column); got != test.want {
				t.Errorf("want line:column %s, got %s", test.want, got)
			}
			if got := docs[1].has(test.path); got != test.has {
				t.Errorf("want has %t, got %t", test.has, got)
			}
		})
	}
}

func TestKeysStandInTheOrderOfTheFile(t *testing.T) {
	for name, test := range map[string]struct {
		data string
		path schema.Path
		want []string
	}{
		"as written":           {"o: {z: 1, a: 2, no: 3}\n", schema.Path{"o"}, []string{"z", "a", "false"}},
		"through an alias":     {"x: &x {z: 1, a: 2}\no: *x\n", schema.Path{"o"}, []string{"z", "a"}},
		"below an alias":       {"x: &x {p: {z: 1, a: 2}}\no: *x\n", schema.Path{"o", "p"}, []string{"z", "a"}},
		"without merged ones":  {"o: {z: 1, <<: {b: 1}, a: 2}\n", schema.Path{"o"}, []string{"z", "a"}},
		"of a list there none": {"o: [a]\n", schema.Path{"o"}, nil},
		"of nothing neither":   {"o: 1\n", schema.Path{"p", "q"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			docs, problems := parseSource(Source{Name: "f.yaml", Data: []byte(test.data)})
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if diff := cmp.Diff(test.want, docs[0].keys(test.path)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestSplitAndWholeAgree reads many documents piece by piece, as plans do, and finds each at its line.
func TestSplitAndWholeAgree(t *testing.T) {
	var text bytes.Buffer
	for i := range 500 {
		fmt.Fprintf(&text, "---\n# document %d\nn: %d\nbad: .inf\n", i, i)
	}
	_, problems := parseSource(Source{Name: "f.yaml", Data: text.Bytes()})
	if len(problems) != 500 {
		t.Fatalf("want 500 problems, got %d", len(problems))
	}
	for i, p := range problems {
		if want := 4*i + 4; p.Line != want {
			t.Fatalf("document %d: want line %d, got %d", i, want, p.Line)
		}
	}
}
