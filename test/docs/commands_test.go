package docs

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDevelopersCommands: each target of make that a document names is there with all that it needs, and so is each test that is named with
// go test. Those blocks hold nothing else.
func TestDevelopersCommands(t *testing.T) {
	for _, b := range RunBy(t) {
		for line := range strings.Lines(b.Text) {
			if !strings.HasPrefix(line, "make ") && !strings.HasPrefix(line, "go test ") {
				t.Errorf("%s: %q is neither make nor go test", b, line)
			}
		}
	}
	for _, target := range makeTargets(t) {
		cmd := exec.Command("make", "--dry-run", "--no-print-directory", "-C", root, target)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("make %s: %v\n%s", target, err, out)
		}
	}
	for _, line := range Commands(t, "go") {
		if words := strings.Fields(line); len(words) > 2 && words[1] == "test" && !strings.Contains(line, "<") {
			testIsThere(t, line, words)
		}
	}
}

// testIsThere: the folder of a go test command is there, and so is the test of its -run, with the parts that it is followed by.
func testIsThere(t *testing.T, line string, words []string) {
	t.Helper()
	for i, word := range words {
		folder := strings.TrimSuffix(filepath.Clean(word), "/...")
		if !strings.HasPrefix(word, "./") {
			continue
		}
		var code strings.Builder
		walk(t, filepath.Join(root, folder), "_test.go", func(_ string, content []byte) { code.Write(content) })
		if i+2 >= len(words) || words[i+1] != "-run" {
			continue
		}
		names := strings.Split(strings.Trim(words[i+2], "'"), "/")
		if !strings.Contains(code.String(), "\nfunc "+names[0]) {
			t.Errorf("%s: there is no %s in %s", line, names[0], folder)
		}
		for _, name := range names[1:] {
			if name = strings.ReplaceAll(name, "_", " "); !strings.Contains(code.String(), `"`+name) {
				t.Errorf("%s: there is no %q in %s", line, name, folder)
			}
		}
	}
}

func makeTargets(t *testing.T) (targets []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, line := range Commands(t, "make") {
		if target := strings.Trim(strings.Fields(line)[1], ","); !seen[target] {
			seen[target] = true
			targets = append(targets, target)
		}
	}
	return targets
}
