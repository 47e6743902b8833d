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
	tests := testsByFolder(t)
	for _, line := range Commands(t, "go") {
		words := strings.Fields(line)
		if len(words) < 3 || words[1] != "test" {
			continue
		}
		folder, pattern := "", ""
		for i, word := range words {
			if strings.HasPrefix(word, "./") {
				folder = filepath.Clean(word)
			}
			if word == "-run" {
				pattern = strings.Trim(words[i+1], "'^$")
			}
		}
		name, _, _ := strings.Cut(pattern, "/")
		if name != "" && name != "NONE" && !strings.Contains(pattern, "<") && !tests[name][folder] {
			t.Errorf("%s: there is no %s in %s", line, name, folder)
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
