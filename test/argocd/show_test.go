//go:build argocd

package argocd

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// guide is docs/argocd.md. What it shows must be what was seen here, but for the words that differ each time.
func guide(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(bed.Root(), "docs/argocd.md"))
	must(t, err)
	return string(content)
}

var differs = map[string]*regexp.Regexp{
	"/dev/shm/2024713960":  regexp.MustCompile(`/(dev/shm|tmp)/[0-9]+`), // where Argo CD writes the object
	"attempt #2 at 4:49PM": regexp.MustCompile(`attempt #[0-9]+ at [0-9]+:[0-9]+[AP]M`),
}

// shown fails when the guide does not show a text.
func shown(t *testing.T, text string, c fleet.Commit) {
	t.Helper()
	text = strings.ReplaceAll(strings.TrimSpace(text), c.Revision, "f21d9a02443cfe55")
	for fixed, pattern := range differs {
		text = pattern.ReplaceAllLiteralString(text, fixed)
	}
	if !strings.Contains(guide(t), text) {
		t.Errorf("docs/argocd.md does not show\n%s", text)
	}
}

// project installs the AppProject of the guide, for a ring in its own namespace and repository.
func (p *play) project(t *testing.T) {
	t.Helper()
	_, rest, _ := strings.Cut(guide(t), "```yaml\napiVersion: argoproj.io/v1alpha1\nkind: AppProject\n")
	manifest, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("docs/argocd.md shows no AppProject")
	}
	manifest = strings.NewReplacer("https://git.example.com/platform/rings.git", "file://"+p.Dir, "cassandra-e2e", p.Name).Replace(manifest)
	must(t, p.Hub.ApplyYAML(t.Context(), []byte("apiVersion: argoproj.io/v1alpha1\nkind: AppProject\n"+manifest), "kubectl"))
	p.ArgoCD.Project = "rings"
}
