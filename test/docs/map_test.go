package docs

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMap: the map in CONTRIBUTING.md names each folder with Go code or a module, and none that is not there.
func TestMap(t *testing.T) {
	there := codeFolders(t)
	named := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`(?:cmd|pkg|test|tools)/.*?) \\|").FindAllStringSubmatch(Text(t, "CONTRIBUTING.md"), -1) {
		for _, name := range inline.FindAllStringSubmatch(row[1], -1) {
			named[name[1]] = true
		}
	}
	for folder := range there {
		if !named[folder] && !named[filepath.Dir(folder)+"/*"] {
			t.Errorf("the map does not name %s", folder)
		}
	}
	for name := range named {
		if matches, err := filepath.Glob(filepath.Join(root, name)); err != nil || len(matches) == 0 || !there[name] && !strings.HasSuffix(name, "/*") {
			t.Errorf("the map names %s, which is not there, or holds no code", name)
		}
	}
}

func codeFolders(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, top := range []string{"cmd", "pkg", "test", "tools"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() && entry.Name() == "testdata" {
				return fs.SkipDir
			}
			if err == nil && (strings.HasSuffix(path, ".go") || entry.Name() == "go.mod") {
				found[strings.TrimPrefix(filepath.Dir(path), root+"/")] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}
