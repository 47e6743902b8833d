package main

import (
	"encoding/xml"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/advice"
	"github.com/casskop-gitops/casskop-gitops/test/docs"
)

// TestShape: what README shows of the demo are moments of the run that docs/images/demo.svg was made from, and that is of the form in which
// the demo prints today, with reasons that the gate has today.
func TestShape(t *testing.T) {
	run := recorded(t)
	for _, table := range tables(run) {
		var rows []row
		for _, line := range table[1:] {
			r := rowOf(line)
			if reason, _, _ := strings.Cut(r.Why, ":"); r.Gate == "held" && advice.For(reason) == "" {
				t.Errorf("%s: there is no reason %q", line, reason)
			}
			rows = append(rows, r)
		}
		if diff := cmp.Diff(newScreen(io.Discard).table(rows), table); diff != "" {
			t.Errorf("docs/images/demo.svg is not what the demo prints: bin/demo --svg docs/images/demo.svg (-demo +picture):\n%s", diff)
		}
	}
	for _, b := range docs.RunBy(t) {
		rest := strings.Join(run, "\n") + "\n"
		moments, found := strings.CutPrefix(b.Text, "$ make demo\n")
		if !found {
			t.Errorf("%s: want what make demo prints", b)
		}
		for _, moment := range strings.Split(moments, "[...]\n") {
			if _, rest, found = strings.Cut(rest, moment); !found {
				t.Errorf("%s: this is no moment of docs/images/demo.svg after the one before:\n%s", b, moment)
			}
		}
	}
}

// recorded are the lines of the picture.
func recorded(t *testing.T) (lines []string) {
	t.Helper()
	file, err := os.ReadFile("../../docs/images/demo.svg")
	if err != nil {
		t.Fatal(err)
	}
	var picture struct {
		Text []string `xml:"text"`
	}
	if err := xml.Unmarshal(file, &picture); err != nil || len(picture.Text) == 0 {
		t.Fatalf("docs/images/demo.svg holds %d lines: %v", len(picture.Text), err)
	}
	for _, line := range picture.Text {
		lines = append(lines, strings.ReplaceAll(line, "\u00a0", " "))
	}
	return lines
}

// tables are those in the lines of a run, with their headers.
func tables(lines []string) (all [][]string) {
	for i, line := range lines {
		if strings.HasPrefix(line, header.Cluster) {
			end := i + 1
			for end < len(lines) && !regexp.MustCompile(`^ *\d+\.\d s`).MatchString(lines[end]) {
				end++
			}
			all = append(all, lines[i:end])
		}
	}
	return all
}

// rowOf reads a line of a table.
func rowOf(line string) row {
	cells := append(regexp.MustCompile(`  +`).Split(line, 8), "")
	return row{Cluster: cells[0], DCs: cells[1], Gate: cells[2], Phase: cells[3], Nodes: cells[4], Revision: cells[5], Seeds: cells[6], Why: cells[7]}
}
