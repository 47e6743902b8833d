package render

import (
	"fmt"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"
)

// FuzzScalar writes any text into a template: whoever reads the file, YAML 1.2 or kubectl's 1.1, gets the same text.
func FuzzScalar(f *testing.F) {
	for _, seed := range []string{"", "demo", "k8s-cluster1", "1", "1e3", "0x1F", "0o7", "1_000", "12:30", "yes", "No", "on", "y", "n", "~", "null", "Null", "true", ".5", ".inf", ".NaN",
		".", "..", "...", "---", "./clusters/a", "-", "- a", "a: b", "a #b", "#a", " a", "a ", "a\nb", "\n", "\t", "é", "\u0085", "\u2028", "\uFEFF", "\x7f", "\x00", "\U0001F600",
		`"`, `\`, "'", "<<", "=", "*a", "&a", "!a", "%a", "@a", "`a", "{a}", "[a]", "a,b", "2024-01-01", "2001-12-14t21:59:43.10-05:00", "e1", "E1", ".e1", "i", "inf"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		text := fmt.Appendf(nil, "key: %s\nlist:\n- %s\n", scalar(s), scalar(s))
		want := map[string]any{"key": s, "list": []any{s}}
		checkReaders(t, "scalar", want, text)
		w := fileWriter{}
		if w.object("", "x.yaml", want); w.err != nil {
			t.Fatal(w.err)
		}
		checkReaders(t, "object", want, w.files[0].Content)
	})
}

func checkReaders(t *testing.T, name string, want map[string]any, text []byte) {
	t.Helper()
	for reader, unmarshal := range map[string]func([]byte, any) error{"yaml/v3": yamlv3.Unmarshal,
		"sigs.k8s.io/yaml": func(b []byte, v any) error { return yaml.Unmarshal(b, v) }} {
		var got map[string]any
		if err := unmarshal(text, &got); err != nil {
			t.Errorf("%s, %s: %v\n%s", name, reader, err, text)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s\n%s", name, reader, diff, text)
		}
	}
	docs, problems := parseSource(Source{Name: "x.yaml", Data: text})
	if len(docs) != 1 || len(problems) > 0 {
		t.Fatalf("%s: %v\n%s", name, problems, text)
	}
	if diff := cmp.Diff(want, docs[0].value); diff != "" {
		t.Errorf("%s, render itself (-want +got):\n%s\n%s", name, diff, text)
	}
}
