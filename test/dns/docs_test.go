package dns

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestDocumentShowsWhatIsTested: the configuration in docs/external-dns.md is that of the tests, and the message is what a gate said there.
func TestDocumentShowsWhatIsTested(t *testing.T) {
	document, err := os.ReadFile(filepath.Join(bed.Root(), "docs/external-dns.md"))
	must(t, err)
	shown := map[string]string{"the message": noSuchHost + "\n"}
	for _, file := range []string{"named.conf", "example.com.zone", "external-dns.yaml"} {
		content, err := os.ReadFile(filepath.Join("testdata", file))
		must(t, err)
		shown[file] = string(content)
	}
	for what, text := range shown {
		if !strings.Contains(string(document), "\n"+text+"```\n") {
			t.Errorf("docs/external-dns.md does not show %s as it is:\n%s", what, text)
		}
	}
}
