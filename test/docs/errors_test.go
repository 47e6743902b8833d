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

// saidBy are the packages that speak to a human, by program.
var saidBy = map[string][]string{
	"render": {"cmd/render", "pkg/render", "pkg/schema"},
	"gate":   {"cmd/gate", "pkg/gate/operate", "pkg/gate/export", "pkg/gate/rotate", "pkg/gate/webhook"},
}

func TestDump(t *testing.T) {
	for p, f := range saidBy {
		for _, m := range messages(t, f) {
			println(p, m)
		}
	}
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
				if m := messageOf(n); strings.Contains(m, " ") {
					all = append(all, m)
				}
				return true
			})
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

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
