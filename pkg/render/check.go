package render

import (
	"fmt"
	"strings"
)

// Findings says of each file that is not as the plan has it what was found, what was expected and what to do.
func (p *Plan) Findings() (findings Problems) {
	for _, c := range p.Changes {
		if c.Action != Keep {
			findings = append(findings, c.finding())
		}
	}
	return findings
}

func (c Change) finding() Problem {
	f := Problem{File: c.Path, InTree: true, Line: 1}
	if c.Action == Create {
		f.Message, f.Hint = "missing, expected a rendered file", "run render and commit the tree"
		return f
	}
	found, expected := "", ""
	if c.Action == Replace {
		f.Line, found, expected = firstDifference(string(c.Old), string(c.Content))
	}
	lines := fmt.Sprintf("found %q, expected %q", shorten(found, 80), shorten(expected, 80))
	switch {
	case c.Action == Remove && c.Edited:
		f.Message, f.Hint = "edited by hand, and no longer wanted: expected no file here", "run render to remove it, and commit"
	case c.Action == Remove:
		f.Message, f.Hint = "no longer wanted: expected no file here", "run render to remove it, and commit"
	case c.Edited:
		f.Message, f.Hint = "edited by hand: "+lines, "put the change into the MultiCasskop and run render; a plain render undoes it"
	default:
		f.Message, f.Hint = "stale: "+lines, "run render and commit the tree"
	}
	return f
}

// firstDifference finds the first line in which two rendered files differ, header aside.
func firstDifference(old, wanted string) (line int, found, expected string) {
	a, b := strings.Split(old, "\n"), strings.Split(wanted, "\n")
	for i := range max(len(a), len(b)) {
		found, expected = at(a, i), at(b, i)
		if found != expected && !strings.HasPrefix(found, contentLine) {
			return i + 1, found, expected
		}
	}
	return 2, at(a, 1), at(b, 1) // the content line alone
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return strings.TrimSuffix(lines[i], "\r")
	}
	return ""
}
