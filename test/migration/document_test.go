package migration

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/docs"
)

var update = flag.Bool("update", false, "write what the commands of docs/migration.md print into it")

// document is docs/migration.md: its sessions, by section.
type document struct {
	file, text string
	all        []*session
}

// session is a block of commands, each with what it prints.
type session struct {
	section, text string
	steps         []*step
}

type step struct{ command, output, got string }

var headings = regexp.MustCompile(`(?m)^## (.*)$`)

func readDocument(t *testing.T) *document {
	t.Helper()
	d := &document{file: filepath.Join(bed.Root(), "docs/migration.md")}
	content, err := os.ReadFile(d.file)
	must(t, err)
	d.text = string(content)
	for _, b := range docs.RunBy(t) {
		before := strings.Join(strings.SplitAfter(d.text, "\n")[:b.Line], "")
		marks := headings.FindAllStringSubmatch(before, -1)
		d.all = append(d.all, newSession(marks[len(marks)-1][1], b.Text))
	}
	return d
}

func newSession(section, text string) *session {
	s := &session{section: section, text: text}
	for line := range strings.Lines(text) {
		command, isCommand := strings.CutPrefix(line, "$ ")
		more, goesOn := strings.CutPrefix(line, "> ")
		last := len(s.steps) - 1
		switch {
		case isCommand:
			s.steps = append(s.steps, &step{command: strings.TrimSuffix(command, "\n")})
		case goesOn && s.steps[last].output == "":
			s.steps[last].command += "\n" + strings.TrimSuffix(more, "\n")
		default:
			s.steps[last].output += line
		}
	}
	return s
}

// sessions of a section; there must be one.
func (d *document) sessions(t *testing.T, section string) (found []*session) {
	t.Helper()
	for _, s := range d.all {
		if s.section == section {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		t.Fatalf("docs/migration.md has no commands under %q", section)
	}
	return found
}

// write puts what the commands printed into the document, with -update.
func (d *document) write() {
	if !*update {
		return
	}
	for _, s := range d.all {
		var text strings.Builder
		for _, step := range s.steps {
			text.WriteString("$ " + strings.ReplaceAll(step.command, "\n", "\n> ") + "\n" + step.got)
		}
		d.text = strings.Replace(d.text, "```console\n"+s.text+"```", "```console\n"+text.String()+"```", 1)
	}
	if err := os.WriteFile(d.file, []byte(d.text), 0o600); err != nil {
		panic(err) // after the test
	}
}

// varying is what differs from run to run, and what stands in its place.
var varying = []struct {
	*regexp.Regexp
	plain string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "2026-11-22T08:00:00Z"},
}

func plain(out string) string {
	for _, v := range varying {
		out = v.ReplaceAllString(out, v.plain)
	}
	return out
}
