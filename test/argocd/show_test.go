//go:build argocd

package argocd

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/docs"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// shows is what docs/argocd.md shows that begins with some words.
func shows(t *testing.T, beginning string) string {
	t.Helper()
	for _, b := range docs.RunBy(t) {
		if strings.HasPrefix(b.Text, beginning) {
			return b.Text
		}
	}
	t.Fatalf("docs/argocd.md shows nothing that begins with %q", beginning)
	return ""
}

var differs = map[string]*regexp.Regexp{
	"/dev/shm/2024713960":                regexp.MustCompile(`/(dev/shm|tmp)/[0-9]+`), // where Argo CD writes the object
	"with binding 'casskop-gitops-gate'": regexp.MustCompile(`with binding '[^']*'`),  // any of two
	"attempt #2 at 4:49PM":               regexp.MustCompile(`attempt #[0-9]+ at [0-9]+:[0-9]+[AP]M`),
}

// same holds what the guide shows against what was seen, but for the words that differ each time.
func same(t *testing.T, shown, seen string, c fleet.Commit) {
	t.Helper()
	seen = strings.ReplaceAll(strings.TrimSpace(seen), c.Revision, "f21d9a02443cfe55")
	for fixed, pattern := range differs {
		seen = pattern.ReplaceAllLiteralString(seen, fixed)
	}
	if diff := cmp.Diff(strings.TrimSpace(shown), seen); diff != "" {
		t.Errorf("docs/argocd.md (-shown +seen):\n%s", diff)
	}
}

// kubectl runs the command of a block on the hub, and holds what it prints against the rest of the block.
func (w *world) kubectl(t *testing.T, block string, c fleet.Commit) {
	t.Helper()
	command, output, _ := strings.Cut(block, "\n")
	args := strings.Fields(strings.ReplaceAll(command, "base/", filepath.Join(bed.Root(), "base")+"/"))[2:] // $ kubectl
	same(t, output, w.Hub.Kubectl(t, nil, args...).Stdout, c)
}

// project installs the AppProject of the guide, for a ring in its own namespace and repository.
func (p *play) project(t *testing.T) {
	t.Helper()
	ours := strings.NewReplacer("https://git.example.com/platform/rings.git", "file://"+p.Dir, "cassandra-e2e", p.Name)
	must(t, p.Hub.ApplyYAML(t.Context(), []byte(ours.Replace(shows(t, "apiVersion: argoproj.io"))), "kubectl"))
	p.ArgoCD.Project = "rings"
}
