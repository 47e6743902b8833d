package render

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// lineBreaks are those of YAML 1.1, which the parser counts.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// FuzzDocument gives the parser any bytes: it never panics, ends soon, and whatever it complains about stands in the file.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{"", "a: 1\n---\nb: [2\n", "\uFEFF%YAML 1.1\n---\na: yes\n...\n---\nb: no\n", "a: &a [*a]\n", "<<: [{a: 1}, {b: 2}]\na: 3\n",
		"a: &a {x: 1}\nb: {<<: *a, x: 2}\n", "a: |\n  ---\n  b\n", "a: 1\na: 2\r\n---\r\nb: !x 1\n", `{"a": [1, 2.5, null, "x"]}`, "? [a]\n: b\n", "a: 0x1F\nb: 1e3\nc: .inf\n",
		"a: \xff\n", "\ta: b\n", "a: *b\n", "a: [{b: }\n- c", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", "---\n---\n\n--- a\n--- {b: 1}\n", "?", "a: 2024-01-01\n!!str b: !!binary aGk=\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		begin := time.Now()
		docs, problems := parseSource(Source{Name: "input.yaml", Data: data})
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("%d bytes took %s", len(data), took)
		}
		last := 1 + strings.Count(strings.TrimSuffix(lineBreaks.Replace(string(data)), "\n")+"\n", "\n") // the parser ends the last line itself
		for _, p := range problems {
			if p.File != "input.yaml" || p.Message == "" || p.Line > last || p.Line < 0 || p.Column < 0 {
				t.Errorf("not a problem of the file, which has %d lines: %+v", last, p)
			}
		}
		for _, doc := range docs {
			if _, err := json.Marshal(doc.value); err != nil {
				t.Errorf("not what JSON can hold: %v", err)
			}
			checkPlaces(t, doc, doc.value, nil, last)
		}
		if !utf8.Valid(data) && (len(docs) > 0 || len(problems) != 1) {
			t.Errorf("not UTF-8: want one problem, got %d and %d documents", len(problems), len(docs))
		}
	})
}

// checkPlaces asks for the line of everything in a document.
func checkPlaces(t *testing.T, doc *document, value any, at schema.Path, last int) {
	t.Helper()
	if len(at) > 5 {
		return
	}
	if p := doc.problem(at, value, "x", ""); p.Line < 1 || p.Line > last {
		t.Errorf("%s: line %d of %d", at, p.Line, last)
	}
	if !doc.has(at) {
		t.Errorf("%s is not in its own document", at)
	}
	switch e := value.(type) {
	case map[string]any:
		for k, v := range e {
			checkPlaces(t, doc, v, at.Child(k), last)
		}
	case []any:
		for i, v := range e {
			checkPlaces(t, doc, v, at.Child(i), last)
		}
	}
}
