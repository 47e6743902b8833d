package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const docs = "../../docs"

// TestTheDocumentShowsWhatWasMeasured: the tables of docs/comparison.md and the plots are those of docs/comparison.json.
func TestTheDocumentShowsWhatWasMeasured(t *testing.T) {
	files, err := Make(os.DirFS(docs))
	must(t, err)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(docs, name))
		must(t, err)
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("docs/%s is behind docs/comparison.json; run go -C tools/comparison run . (-want +got):\n%s", name, diff)
		}
	}
}

// TestTheDocumentShowsAllTables: nothing is measured and not shown.
func TestTheDocumentShowsAllTables(t *testing.T) {
	data, err := read(os.DirFS(docs))
	must(t, err)
	text, err := os.ReadFile(filepath.Join(docs, document))
	must(t, err)
	for name := range data.Tables {
		if !bytes.Contains(text, []byte("<!-- measured: "+name+" -->\n")) {
			t.Errorf("docs/%s does not show table %q", document, name)
		}
	}
	for name := range plots {
		if !bytes.Contains(text, []byte("(images/"+name+")")) {
			t.Errorf("docs/%s does not show %s", document, name)
		}
	}
}

// TestPlots: each is XML with a title, and nothing is drawn outside.
func TestPlots(t *testing.T) {
	data, err := read(os.DirFS(docs))
	must(t, err)
	for name, draw := range plots {
		content, err := draw(data)
		must(t, err)
		elements := map[string]int{}
		for decoder := xml.NewDecoder(bytes.NewReader(content)); ; {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			must(t, err)
			if start, ok := token.(xml.StartElement); ok {
				elements[start.Name.Local]++
			}
		}
		if elements["title"] != 1 || elements["path"] < 10 {
			t.Errorf("%s: %v", name, elements)
		}
	}
}

func TestBadInput(t *testing.T) {
	for name, c := range map[string]struct{ data, text, want string }{
		"a run of some benchmarks alone": {`{"tables":{}}`, "<!-- measured: rings -->\n<!-- end -->\n", "comparison.json has no table \"rings\": run `make bench`, which measures all"},
		"a row that is too short":        {`{"tables":{"rings":{"columns":["a","b"],"rows":[[1]]}}}`, "<!-- measured: rings -->\n<!-- end -->\n", `comparison.json: table "rings": a row has 1 cells, want 2`},
		"a place that does not end":      {`{}`, "<!-- measured: rings -->\nand so on\n", `comparison.md: "<!-- measured: rings" is not followed by "<!-- end -->\n"`},
		"a field that nobody knows":      {`{"tabels":{}}`, "", `comparison.json: json: unknown field "tabels"`},
		"samples that were not taken":    {`{}`, "<!-- measured: opening -->\n<!-- end -->\n", "comparison.json has no samples of \"the gate opens, 500 gates\": run `make bench`, which measures all"},
		"a plot of what is not a number": {`{"tables":{"rings":{"columns":["rings","kustomize, s"],"rows":[[1,"x"]]}}}`, "", `render-growth.svg: comparison.json: table "rings": "kustomize, s": x is no number`},
	} {
		_, err := Make(fstest.MapFS{dataFile: {Data: []byte(c.data)}, document: {Data: []byte(c.text)}})
		if name == "a plot of what is not a number" {
			_, err = renderGrowth(parsed(t, c.data))
			err = fmt.Errorf("render-growth.svg: %w", err)
		}
		if fmt.Sprint(err) != c.want {
			t.Errorf("%s: want %q, got %v", name, c.want, err)
		}
	}
	if _, err := Make(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no data: %v", err)
	}
}

func parsed(t *testing.T, data string) *measured {
	t.Helper()
	m, err := read(fstest.MapFS{dataFile: {Data: []byte(data)}})
	must(t, err)
	return m
}

func TestTable(t *testing.T) {
	m := parsed(t, `{"tables":{"x":{"columns":["what","time, s"],"rows":[["a",0.00123],["b",23003],["c",14.9]]}}}`)
	got, err := m.part("x")
	must(t, err)
	want := strings.Join([]string{"| what | time, s |", "|---|---|", "| a | 0.00123 |", "| b | 23003 |", "| c | 14.9 |", ""}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
