package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong, or worth a warning, in the input or the tree.
type Problem struct {
	File    string // as the user named it; empty when the problem is not about a file
	InTree  bool   // File is a path of the rendered tree, from its root
	Line    int    // from 1; 0 when it is not about a line
	Column  int    // from 1; 0 when not known
	Path    string // the field, such as spec.override.k8s-cluster1.spec.nodesPerRacks
	Value   string // what stands there, as JSON, shortened
	Message string // what is wrong and what was expected
	Hint    string // what to do about it
	Rule    Rule   // the guard rail that found it, if one did
	Warning bool   // true: said, but nothing is refused
}

// Problems are all that one run found.
type Problems []Problem

// Error writes the problems that are not warnings, a line each.
func (ps Problems) Error() string {
	var lines []string
	for _, p := range ps.Errors() {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// Errors returns the problems that refuse the input.
func (ps Problems) Errors() Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return p.Warning })
}

// Refused returns the errors that no --allow passes: what they are about could not be read.
func (ps Problems) Refused() Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return p.Warning || p.Rule != "" })
}

// Warnings returns the problems that are only said.
func (ps Problems) Warnings() Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return !p.Warning })
}

// Sorted returns the problems by file, line and column, each once.
func (ps Problems) Sorted() Problems {
	out := slices.Clone(ps)
	slices.SortStableFunc(out, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Path, b.Path), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(out)
}

// Where returns file:line:column, as far as they are known.
func (p Problem) Where() string {
	switch {
	case p.File == "" || p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Text returns the problem without its place: field, value, what is wrong, what to do.
func (p Problem) Text() string {
	var b strings.Builder
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	if p.Value != "" {
		b.WriteString(p.Value + ": ")
	}
	b.WriteString(p.Message)
	if p.Rule != "" {
		fmt.Fprintf(&b, " [%s]", p.Rule)
	}
	if p.Hint != "" {
		b.WriteString("; " + p.Hint)
	}
	return b.String()
}

func (p Problem) String() string {
	text := p.Text()
	if p.Warning {
		text = "warning: " + text
	}
	if where := p.Where(); where != "" {
		return where + ": " + text
	}
	return text
}

// saying returns a problem at the same place.
func (p Problem) saying(message, hint string) Problem {
	p.Message, p.Hint = message, hint
	return p
}

// ruleOf returns the first of Kubernetes' complaints about a name, without its regular expression.
func ruleOf(errs []string) string {
	rule, _, _ := strings.Cut(errs[0], " (e.g.")
	return rule
}

// shown writes a value for an error, at most 60 characters of it.
func shown(v any) string {
	if v == nil {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return shorten(string(b), 60)
}

func shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
