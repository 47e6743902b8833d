package dns

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/test/docs"
)

// TestDocumentShowsWhatIsTested: the configuration in docs/external-dns.md is that of the tests, and the message is what a gate said there.
func TestDocumentShowsWhatIsTested(t *testing.T) {
	want := []string{noSuchHost + "\n"}
	for _, file := range []string{"named.conf", "example.com.zone", "external-dns.yaml"} {
		content, err := os.ReadFile(filepath.Join("testdata", file))
		must(t, err)
		want = append(want, string(content))
	}
	var shown []string
	for _, b := range docs.RunBy(t) {
		shown = append(shown, b.Text)
	}
	slices.Sort(want)
	slices.Sort(shown)
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("(-tested +shown):\n%s", diff)
	}
}
