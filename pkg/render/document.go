package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// Limits of what is read. They are far above any real ring, and keep a hostile file from taking the machine's memory.
const (
	MaxSourceBytes   = 32 << 20 // one file; a thousand rings are about 5 MB
	maxDocumentNodes = 200_000  // values of one document, aliases expanded
	maxDepth         = 100

	maxDocumentProblems = 100 // more help nobody
)

// Source is one input: a file's content under the name that messages show.
type Source struct {
	Name string
	Data []byte
}

// document is one YAML document: its values as JSON knows them, and its nodes, which know the lines.
type document struct {
	file  string
	above int // lines of the file above the text that root was read from
	root  *yaml.Node
	value map[string]any
}

// chunk is a piece of a source that holds whole documents, so that pieces can be read side by side.
type chunk struct {
	file  string
	data  []byte
	above int
}

var yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// split cuts a source at its document markers. They stand at the begin of a line, and nowhere else in YAML.
func split(src Source) ([]chunk, Problems) {
	if len(src.Data) > MaxSourceBytes {
		return nil, Problems{{File: src.Name, Message: fmt.Sprintf("the file is larger than %d MiB, which is the most that is read",
			MaxSourceBytes>>20), Hint: "split it into several files"}}
	}
	if i := invalidUTF8(src.Data); i >= 0 {
		return nil, Problems{{File: src.Name, Line: 1 + bytes.Count(src.Data[:i], []byte("\n")), Message: "not UTF-8 text",
			Hint: "save the file as UTF-8"}}
	}
	var chunks []chunk
	above, begin, line := 0, 0, 0
	for at := 0; at < len(src.Data); line++ {
		end := at + 1 + bytes.IndexByte(src.Data[at:], '\n')
		if end == at {
			end = len(src.Data)
		}
		switch text := src.Data[at:end]; {
		case text[0] == '%', bytes.HasPrefix(text, []byte("\uFEFF%")): // a directive belongs to the marker below it
			return []chunk{{file: src.Name, data: src.Data}}, nil
		case at > begin && bytes.HasPrefix(text, []byte("---")) && (len(text) == 3 || strings.IndexByte(" \t\r\n", text[3]) >= 0):
			chunks = append(chunks, chunk{file: src.Name, data: src.Data[begin:at], above: above})
			begin, above = at, line
		}
		at = end
	}
	return append(chunks, chunk{file: src.Name, data: src.Data[begin:], above: above}), nil
}

// parseSource reads all documents of a source. Empty documents are passed over.
func parseSource(src Source) (docs []*document, problems Problems) {
	chunks, problems := split(src)
	for _, c := range chunks {
		found, wrong := c.parse()
		docs, problems = append(docs, found...), append(problems, wrong...)
	}
	return docs, problems
}

func (c chunk) parse() (docs []*document, problems Problems) {
	decoder := yaml.NewDecoder(bytes.NewReader(c.data))
	for {
		var root yaml.Node
		err := decoder.Decode(&root)
		if errors.Is(err, io.EOF) {
			return docs, problems
		}
		if err != nil {
			return docs, append(problems, c.yamlProblem(err))
		}
		doc, found := c.document(&root)
		problems = append(problems, found...)
		if doc != nil {
			docs = append(docs, doc)
		}
	}
}

func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// yamlProblem takes the line out of the parser's message, since it has no other form (go.yaml.in/yaml/v3 3.0.6).
func (c chunk) yamlProblem(err error) Problem {
	p := Problem{File: c.file, Message: "not YAML: " + err.Error()}
	if m := yamlErrorLine.FindStringSubmatch(err.Error()); m != nil {
		line, noLine := strconv.Atoi(m[1])
		if noLine != nil || strings.HasPrefix(m[2], "did not find expected") {
			line = c.failsFrom(m[2], line+1)
		}
		p.Line, p.Message = line+c.above, "not YAML: "+m[2]
	}
	p.Hint = "check the indentation and the quotes there and just above"
	return p
}

// failsFrom returns the first line with which the text fails in this way, for errors of which the parser tells no line, or the
// one above that in which the whole mapping begins. guess is for texts that take too long to search.
func (c chunk) failsFrom(message string, guess int) int {
	if len(c.data) > 1<<20 {
		return guess
	}
	lines := bytes.SplitAfter(c.data, []byte("\n"))
	return min(len(lines), 1+sort.Search(len(lines), func(i int) bool {
		decoder := yaml.NewDecoder(bytes.NewReader(bytes.Join(lines[:i+1], nil)))
		for {
			if err := decoder.Decode(&yaml.Node{}); err != nil {
				m := yamlErrorLine.FindStringSubmatch(err.Error())
				return m != nil && m[2] == message
			}
		}
	}))
}

func (c chunk) document(root *yaml.Node) (*document, Problems) {
	if len(root.Content) == 0 {
		return nil, nil
	}
	doc := &document{file: c.file, above: c.above, root: root.Content[0]}
	convert := converter{doc: doc}
	value := convert.convert(doc.root, 0)
	if len(convert.problems) > 0 {
		return nil, convert.problems
	}
	if value == nil {
		return nil, nil
	}
	m, ok := value.(map[string]any)
	if !ok {
		return nil, Problems{doc.problem(nil, value, "expected an object with apiVersion and kind", "")}
	}
	doc.value = m
	return doc, nil
}

// problem makes a Problem about the field at path, or about the nearest thing above it that stands in the document.
func (d *document) problem(path schema.Path, value any, message, hint string) Problem {
	n := d.find(path)
	return Problem{File: d.file, Line: n.Line + d.above, Column: n.Column, Path: shorten(path.String(), 200), Value: shown(value), Message: message, Hint: hint}
}

// has reports whether the document itself says something at path.
func (d *document) has(path schema.Path) bool {
	var v any = d.value
	for _, elem := range path {
		switch e := elem.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				return false
			}
			if v, ok = m[e]; !ok {
				return false
			}
		case int:
			l, ok := v.([]any)
			if !ok || e >= len(l) {
				return false
			}
			v = l[e]
		}
	}
	return true
}

func (d *document) find(path schema.Path) *yaml.Node {
	place, n := d.root, d.root
	for _, elem := range path {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		key, value := below(n, elem)
		if value == nil {
			break
		}
		if place, n = key, value; n.Kind == yaml.ScalarNode {
			place = n
		}
	}
	return place
}

// below returns the node of a key and of its value; for an index both are the item.
func below(n *yaml.Node, elem any) (key, value *yaml.Node) {
	switch e := elem.(type) {
	case string:
		if n.Kind != yaml.MappingNode {
			return nil, nil
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if keyName(n.Content[i]) == e {
				return n.Content[i], n.Content[i+1]
			}
		}
	case int:
		if n.Kind == yaml.SequenceNode && e < len(n.Content) {
			return n.Content[e], n.Content[e]
		}
	}
	return nil, nil
}

// keys lists the keys of the mapping at path in the order in which they stand there, without those of merge keys.
func (d *document) keys(path schema.Path) (keys []string) {
	n := d.root
	for _, elem := range path {
		if n != nil && n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		if n == nil {
			return nil
		}
		_, n = below(n, elem)
	}
	if n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != "!!merge" {
			keys = append(keys, keyName(n.Content[i]))
		}
	}
	return keys
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
