// Package docs holds the documents against the code.
package docs

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the tables of reasons into docs/gate.md")

const root = "../.."

// tables of reasons in docs/gate.md, each from the constants of one package.
var tables = map[string]string{
	"gate":        "pkg/gate",
	"remote":      "pkg/gate/remote",
	"credentials": "pkg/gate/credentials",
	"controller":  "pkg/gate/controller",
}

// TestReasons: docs/gate.md lists every reason with what the code says of it: its meaning, and what to do.
func TestReasons(t *testing.T) {
	file := filepath.Join(root, "docs/gate.md")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	document := string(b)
	for name, folder := range tables {
		begin, end := fmt.Sprintf("<!-- reasons: %s -->\n", name), "<!-- end -->\n"
		before, rest, found := strings.Cut(document, begin)
		table, after, ended := strings.Cut(rest, end)
		if !found || !ended {
			t.Fatalf("docs/gate.md has no %s...%s", begin, end)
		}
		want := tableOf(reasons(t, folder))
		if *update {
			document = before + begin + want + end + after
		} else if diff := gocmp.Diff(want, table); diff != "" {
			t.Errorf("docs/gate.md is behind %s; run go test ./test/docs -update (-code +docs):\n%s", folder, diff)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func tableOf(reasons []reason) string {
	table := &strings.Builder{}
	fmt.Fprintln(table, "| reason | what it means | what to do |\n|---|---|---|")
	for _, r := range reasons {
		fmt.Fprintf(table, "| `%s` | %s | %s |\n", r.value, escape.Replace(r.meaning), escape.Replace(r.remedy))
	}
	return table.String()
}

var escape = strings.NewReplacer("<", `\<`, "|", `\|`)

type reason struct{ value, meaning, remedy string }

// reasons are the constants of a package that are named Reason..., in the order of the files, with their comments.
func reasons(t *testing.T, folder string) (all []reason) {
	t.Helper()
	for name, value := range constants(t, folder) {
		meaning, remedy := split(t, name, value.doc)
		all = append(all, reason{value.text, meaning, remedy})
	}
	slices.SortFunc(all, func(a, b reason) int { return cmp.Compare(a.value, b.value) })
	return all
}

// split takes a comment apart: "ReasonX: what it means. What to do."
func split(t *testing.T, name, comment string) (meaning, remedy string) {
	t.Helper()
	said, found := strings.CutPrefix(strings.Join(strings.Fields(comment), " "), name+": ")
	meaning, remedy, two := strings.Cut(said, ". ")
	if !found || !two {
		t.Errorf("the comment of %s is not of the form %q", name, name+": meaning. What to do.")
	}
	return meaning, strings.TrimSuffix(remedy, ".")
}

type constant struct{ text, doc string }

// constants are those named Reason..., by name. One that repeats another package's has its value from there.
func constants(t *testing.T, folder string) map[string]constant {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", folder, err)
	}
	found := map[string]constant{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			declared, ok := n.(*ast.GenDecl)
			if !ok || declared.Tok != token.CONST {
				return true
			}
			for _, s := range declared.Specs {
				spec := s.(*ast.ValueSpec)
				if name := spec.Names[0].Name; strings.HasPrefix(name, "Reason") && len(spec.Values) == 1 {
					found[name] = constant{valueOf(t, spec.Values[0]), cmp.Or(spec.Doc.Text(), declared.Doc.Text())}
				}
			}
			return true
		})
	}
	return found
}

func valueOf(t *testing.T, value ast.Expr) string {
	t.Helper()
	switch v := value.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(v.Value)
		if err != nil {
			t.Fatal(err)
		}
		return text
	case *ast.SelectorExpr:
		return constants(t, "pkg/casskop")[v.Sel.Name].text
	}
	t.Fatalf("a reason that is neither a string nor another package's constant: %T", value)
	return ""
}
