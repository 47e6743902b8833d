package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// speaking are the packages that tell a human of errors, and the other files with what he may read, by the tables that explain it.
var speaking = map[string]struct {
	packages, files []string
}{
	"render": {packages: []string{"cmd/render", "pkg/render", "pkg/schema", "pkg/adopt", "pkg/adopt/clusters"}},
	"gate":   {packages: []string{"cmd/gate", "pkg/gate/operate", "pkg/gate/export", "pkg/gate/rotate", "pkg/gate/webhook"}, files: []string{"pkg/gate/export/*.go"}},
	"make":   {files: []string{"Makefile", "test/testbed/*/*.sh", "test/bed/assets.go", "test/dns/namespace_test.go"}},
}

// TestErrors: what the tables of errors explain is what the code says, and they explain all of it. A cell has fragments of messages, with …
// for what varies.
func TestErrors(t *testing.T) {
	for name, from := range speaking {
		said := messages(t, from.packages)
		explained := make([]bool, len(said))
		for _, fragment := range fragments(t, name) {
			known := saidIn(t, fragment, from.files)
			for i, message := range said {
				if inOrder(message, fragment) {
					known, explained[i] = true, true
				}
			}
			if !known {
				t.Errorf("a table of errors of %s explains %q, which is nowhere said", name, fragment)
			}
		}
		for i, message := range said {
			if !explained[i] && words.MatchString(message) {
				t.Errorf("no table of errors of %s explains %q", name, message)
			}
		}
	}
}

// fragments are what the first cells of the tables of errors of a program hold, in all documents.
func fragments(t *testing.T, program string) (all []string) {
	t.Helper()
	table := regexp.MustCompile("(?s)<!-- errors: " + program + " -->\n(.*?)<!-- end -->")
	for _, name := range Names(t) {
		for _, found := range table.FindAllStringSubmatch(Text(t, name), -1) {
			for line := range strings.Lines(found[1]) {
				cell, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " |")
				for _, fragment := range inline.FindAllStringSubmatch(cell, -1) {
					all = append(all, fragment[1])
				}
			}
		}
	}
	if len(all) == 0 {
		t.Fatalf("no document explains errors of %s", program)
	}
	return all
}

// saidIn says whether one of some files holds a fragment.
func saidIn(t *testing.T, fragment string, patterns []string) bool {
	t.Helper()
	for _, pattern := range patterns {
		for _, content := range read(t, pattern) {
			if inOrder(verb.ReplaceAllString(content, "…"), fragment) {
				return true
			}
		}
	}
	return false
}

// inOrder says whether a message holds all parts of a fragment, one after the other.
func inOrder(message, fragment string) (found bool) {
	for part := range strings.SplitSeq(fragment, "…") {
		if _, message, found = strings.Cut(message, part); !found {
			return false
		}
	}
	return true
}

// messages are the texts of all errors and warnings that the code of some packages makes, sorted, with … for what varies.
func messages(t *testing.T, folders []string) (all []string) {
	t.Helper()
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", folder, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if m := messageOf(n); m != "" {
					all = append(all, m)
				}
				return true
			})
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// words: a message says something by itself, and does not only pass on what is put into it.
var words = regexp.MustCompile(`[A-Za-z]{2}.*[^A-Za-z][A-Za-z]{2}`)

// speakers are the functions that make an error or a warning of the first text among their arguments.
var speakers = []string{"fail", "problem", "saying", "Errorf", "New", "unreadable"}

// messageOf is what a call, a field or an assignment makes an error say; empty if it makes none.
func messageOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.CallExpr:
		if name := called(n); !slices.Contains(speakers, name) {
			return ""
		}
		for _, arg := range n.Args {
			if text := textOf(arg); strings.Contains(text, " ") {
				return text
			}
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Message" {
			return textOf(n.Value)
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if name := nameOf(left); (name == "Message" || name == "message") && i < len(n.Rhs) {
				return textOf(n.Rhs[i])
			}
		}
	}
	return ""
}

func called(call *ast.CallExpr) string { return nameOf(call.Fun) }

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

var verb = regexp.MustCompile(`%[+#]?[a-z]`)

// textOf is a text as it stands in the source, in one line or in several; empty if there is none.
func textOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return verb.ReplaceAllString(text, "…")
		}
	case *ast.BinaryExpr:
		left, right := textOf(e.X), textOf(e.Y)
		if left+right == "" {
			return ""
		}
		if left == "" {
			left = "…"
		}
		if right == "" {
			right = "…"
		}
		return left + right
	case *ast.CallExpr:
		if called(e) == "Sprintf" {
			return textOf(e.Args[0])
		}
	}
	return ""
}
