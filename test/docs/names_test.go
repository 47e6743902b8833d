package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	namedTests = regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	namedIn    = regexp.MustCompile("`((?:Test|Fuzz)\\w+)` \\(([\\w/]+)\\)")
	links      = regexp.MustCompile(`\]\(([^):\s]+)\)`)
	headings   = regexp.MustCompile("(?m)^#+ (.+)$")
)

// TestNamedTestsExist: a test that a document names is there, in the package that is named with it.
func TestNamedTestsExist(t *testing.T) {
	where := testsByFolder(t)
	for name, text := range documents(t) {
		for _, found := range namedTests.FindAllStringSubmatch(text, -1) {
			if len(where[found[1]]) == 0 {
				t.Errorf("%s names %s, which is nowhere", name, found[1])
			}
		}
		for _, found := range namedIn.FindAllStringSubmatch(text, -1) {
			if !where[found[1]][found[2]] {
				t.Errorf("%s names %s in %s, it is in %v", name, found[1], found[2], where[found[1]])
			}
		}
	}
}

// TestLinksLeadSomewhere: to a file of the repository, and to a heading in it.
func TestLinksLeadSomewhere(t *testing.T) {
	for name, text := range documents(t) {
		for _, link := range links.FindAllStringSubmatch(text, -1) {
			path, anchor, _ := strings.Cut(link[1], "#")
			target := filepath.Join(root, filepath.Dir(name), path)
			if path == "" {
				target = filepath.Join(root, name)
			}
			content, err := os.ReadFile(target)
			if info, statErr := os.Stat(target); statErr != nil || err != nil && !info.IsDir() {
				t.Errorf("%s links to %s: %v", name, link[1], err)
			} else if anchor != "" && !anchors(string(content))[anchor] {
				t.Errorf("%s links to %s, which has no such heading", name, link[1])
			}
		}
	}
}

// anchors of a document, as GitHub makes them.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, heading := range headings.FindAllStringSubmatch(text, -1) {
		plain := strings.Map(func(r rune) rune {
			if r == ' ' || r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, strings.ToLower(heading[1]))
		all[strings.ReplaceAll(plain, " ", "-")] = true
	}
	return all
}

// documents by name, from the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range Names(t) {
		all[name] = Text(t, name)
	}
	return all
}

// testsByFolder are the folders in which there is a test of a name.
func testsByFolder(t *testing.T) map[string]map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	all := map[string]map[string]bool{}
	for _, top := range []string{"cmd", "pkg", "test", "tools"} {
		walk(t, filepath.Join(root, top), "_test.go", func(path string, content []byte) {
			folder, err := filepath.Rel(root, filepath.Dir(path))
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range declared.FindAllSubmatch(content, -1) {
				name := string(found[1])
				if all[name] == nil {
					all[name] = map[string]bool{}
				}
				all[name][folder] = true
			}
		})
	}
	return all
}

func walk(t *testing.T, top, suffix string, found func(path string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, suffix) {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil {
			found(path, content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDecisions: each record has the number of its file, and a date.
func TestDecisions(t *testing.T) {
	for _, name := range Names(t) {
		number, isRecord := strings.CutPrefix(name, "docs/decisions/")
		number, _, _ = strings.Cut(strings.TrimLeft(number, "0"), "-")
		if form := regexp.MustCompile(`^# ` + number + `\. .+\n\n20\d\d-\d\d-\d\d\n\n`); isRecord && !form.MatchString(Text(t, name)) {
			t.Errorf("%s does not begin with its number, title and date", name)
		}
	}
}
