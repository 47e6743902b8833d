package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shown is where the tests keep what kubectl and gate printed, see the show_test.go beside each.
var shown = []string{"test/gate/testdata/show/*.txt", "test/operate/testdata/*.txt", "test/credentials/testdata/show/*.txt"}

var session = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// leftOut stands for lines that a document does not show.
const leftOut = "[...]\n"

// TestSessionsAreCopiedFromRuns: what the documents show of kubectl and of gate is what it printed in a test.
func TestSessionsAreCopiedFromRuns(t *testing.T) {
	var runs []string
	for _, pattern := range shown {
		runs = append(runs, read(t, pattern)...)
	}
	for _, name := range []string{"README.md", "docs/gate.md", "docs/operate.md", "docs/credentials.md"} {
		sessions := session.FindAllStringSubmatch(read(t, name)[0], -1)
		if len(sessions) == 0 {
			t.Errorf("%s shows no session", name)
		}
		for _, s := range sessions {
			if !copied(s[1], runs) {
				t.Errorf("%s shows what no run printed:\n%s", name, s[1])
			}
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
