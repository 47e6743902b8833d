package docs

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

// TestTree: docs/tree.md lists each file of the committed tree, and nothing else.
func TestTree(t *testing.T) {
	var listed []*regexp.Regexp
	for _, b := range RunBy(t) {
		for line := range strings.Lines(b.Text) {
			pattern := regexp.QuoteMeta(strings.Fields(line)[0])
			listed = append(listed, regexp.MustCompile("^"+regexp.MustCompile(`<\w+>`).ReplaceAllString(pattern, `[^/]+`)))
		}
	}
	found := make([]bool, len(listed))
	see := func(path string) {
		known := false
		for i, pattern := range listed {
			if pattern.MatchString(path) {
				known, found[i] = true, true
			}
		}
		if !known {
			t.Errorf("%s is not listed", path)
		}
	}
	see("multi-casskop.yaml")
	see("render.yaml")
	for _, top := range []string{"base", "clusters"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				see(strings.TrimPrefix(path, root+"/"))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, f := range found {
		if !f {
			t.Errorf("%s is listed and not there", listed[i])
		}
	}
}

// TestOptions: what the documents show of render.yaml is taken by render.
func TestOptions(t *testing.T) {
	for _, b := range RunBy(t) {
		head := "apiVersion: " + v1alpha1.GroupVersion.String() + "\nkind: " + v1alpha1.KindRenderConfig + "\n"
		if _, problems := render.ParseConfig(render.Source{Name: b.Document, Data: []byte(head + b.Text)}); len(problems) > 0 {
			t.Errorf("%s: %v", b, problems)
		}
	}
}
