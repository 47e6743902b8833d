package docs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var inline = regexp.MustCompile("`([^`\n]+)`")

// Commands are the command lines of a program in all documents, in blocks and in the text, up to what they are piped into.
func Commands(t testing.TB, program string) (lines []string) {
	t.Helper()
	add := func(line string) {
		line, _, _ = strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "$ ")), " | ")
		line, _, _ = strings.Cut(line, " #")
		if strings.HasPrefix(line, program+" ") {
			lines = append(lines, line)
		}
	}
	for _, b := range allBlocks(t) {
		for line := range strings.Lines(b.Text) {
			add(line)
		}
	}
	for _, name := range Names(t) {
		for _, found := range inline.FindAllStringSubmatch(Text(t, name), -1) {
			add(found[1])
		}
	}
	if len(lines) == 0 {
		t.Fatalf("no document has a command of %s", program)
	}
	return lines
}

// CheckCommands fails a test for each command line of a program in the documents that it does not have, or with a flag that it does not have.
func CheckCommands(t *testing.T, newRoot func() *cobra.Command) {
	t.Helper()
	for _, line := range Commands(t, newRoot().Name()) {
		words := strings.Fields(line)[1:]
		c, _, err := newRoot().Find(words)
		if err != nil || !c.HasParent() && !strings.HasPrefix(words[0], "-") {
			t.Errorf("`%s`: there is no such command: %v", line, err)
			continue
		}
		c.InheritedFlags() // has Flags know them
		for _, word := range words {
			name, _, _ := strings.Cut(word, "=")
			long, isLong := strings.CutPrefix(name, "--")
			short, isShort := strings.CutPrefix(name, "-")
			if isLong && c.Flags().Lookup(long) == nil || !isLong && isShort && short != "" && c.Flags().ShorthandLookup(short[:1]) == nil {
				t.Errorf("`%s`: %s has no flag %s", line, c.CommandPath(), name)
			}
		}
	}
}
