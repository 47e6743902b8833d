package main

import (
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestDocsListEveryFlag with its default, in the document of its command.
func TestDocsListEveryFlag(t *testing.T) {
	root := newRootCommand(nil, nil)
	for command, file := range map[string]string{"run": "gate.md", "export": "credentials.md", "rotate": "credentials.md"} {
		document, err := os.ReadFile("../../docs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, table, found := strings.Cut(string(document), "| flag of `gate "+command+"` | default | effect |\n")
		table, _, _ = strings.Cut(table, "\n\n")
		cmd, _, err := root.Find([]string{command})
		if err != nil || !found {
			t.Fatalf("docs/%s has no table for gate %s, error %v", file, command, err)
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			row := rowOf(table, "`--"+f.Name+"`")
			known := f.DefValue == "" || f.DefValue == "0s" || f.DefValue == "[]" || strings.Contains(row, "| `"+f.DefValue+"` |") || f.DefValue == "false" && strings.Contains(row, "| off |")
			if f.Name != "help" && (row == "" || !known) {
				t.Errorf("docs/%s does not list --%s of gate %s with its default %q: %q", file, f.Name, command, f.DefValue, row)
			}
		})
		if rows := strings.Count(table, "\n| "); rows != count(cmd.Flags()) {
			t.Errorf("docs/%s lists %d flags of gate %s, want %d", file, rows, command, count(cmd.Flags()))
		}
	}
}

func rowOf(table, flag string) string {
	for row := range strings.Lines(table) {
		if cell, _, _ := strings.Cut(strings.TrimPrefix(row, "|"), "|"); strings.Contains(cell, flag) {
			return row
		}
	}
	return ""
}

func count(f *pflag.FlagSet) (n int) {
	f.VisitAll(func(*pflag.Flag) { n++ })
	return n
}
