package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorded is where tests keep what kubectl and gate printed.
var recorded = map[string]string{
	"TestWhatAUserSees (test/gate)":        "test/gate/testdata/show/*.txt",
	"TestWhatAHumanSees (test/operate)":    "test/operate/testdata/*.txt",
	"TestWhatAUserSees (test/credentials)": "test/credentials/testdata/show/*.txt",
	"TestRollout (test/flux)":              "test/flux/testdata/show/*.txt",
}

// leftOut stands for lines that a document does not show.
const leftOut = "[...]\n"

// TestSessionsAreCopiedFromRuns: what the documents show of kubectl and of gate is what it printed in the test that they name.
func TestSessionsAreCopiedFromRuns(t *testing.T) {
	for _, b := range allBlocks(t) {
		pattern, found := recorded[b.Test+" ("+b.Folder+")"]
		if found && !copied(b.Text, read(t, pattern)) {
			t.Errorf("%s and what follows is printed by no run of %s (%s)", b, b.Test, b.Folder)
		}
	}
}

func read(t *testing.T, pattern string) (contents []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", pattern, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		contents = append(contents, string(b))
	}
	return contents
}

// copied says whether one run printed all parts of a session, in order.
func copied(session string, runs []string) bool {
	for _, run := range runs {
		found := true
		for _, part := range strings.Split(session, leftOut) {
			_, run, found = strings.Cut(run, part)
			if !found {
				break
			}
		}
		if found {
			return true
		}
	}
	return false
}
