// Package docs holds the documents against the code, and gives their blocks of commands, output and configuration to the tests that run
// them. A comment before each block names that test:
//
//	<!-- run by TestGuide (test/policy) -->
//
// or says, as seldom as can be, why there is none: <!-- not run: ... -->. TestBlocks sees that no block is without.
package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Block is a fenced block of a document.
type Block struct {
	// Document is its name, from the root of the repository; Line is where the block begins.
	Document string
	Line     int
	Language string
	Text     string
	// Test and Folder are who runs it; Excuse is why nobody does.
	Test, Folder, Excuse string
}

func (b Block) String() string {
	first, _, _ := strings.Cut(b.Text, "\n")
	return fmt.Sprintf("%s:%d: %q", b.Document, b.Line, first)
}

// RunBy are the blocks of all documents that are marked with the test that calls, at least one.
func RunBy(t testing.TB) (blocks []Block) {
	t.Helper()
	name, _, _ := strings.Cut(t.Name(), "/")
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range allBlocks(t) {
		if b.Test == name && filepath.Join(repository(t), b.Folder) == dir {
			blocks = append(blocks, b)
		}
	}
	if len(blocks) == 0 {
		t.Fatalf("no document has a block marked as run by %s", name)
	}
	return blocks
}

// repository is its root.
func repository(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatalf("no go.mod above the working directory: %v", err)
	return ""
}

// Names are the documents, from the root of the repository.
func Names(t testing.TB) []string {
	t.Helper()
	names := []string{"README.md", "CONTRIBUTING.md"}
	for _, pattern := range []string{"docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(repository(t), pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range found {
			names = append(names, strings.TrimPrefix(file, repository(t)+"/"))
		}
	}
	slices.Sort(names)
	return names
}

// Text is that of a document, or of another file of the repository.
func Text(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func allBlocks(t testing.TB) (blocks []Block) {
	t.Helper()
	for _, name := range Names(t) {
		blocks = append(blocks, blocksOf(name, Text(t, name))...)
	}
	return blocks
}

var (
	fence    = regexp.MustCompile("^( *)(```+)([\\w.-]*)")
	runBy    = regexp.MustCompile(`^ *<!-- run by (Test\w+) \(([\w/]+)\) -->$`)
	notRunIs = regexp.MustCompile(`^ *<!-- not run: (.+) -->$`)
)

// blocksOf takes a document apart. A block without an end goes to the end of the document.
func blocksOf(document, text string) (blocks []Block) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		begin := fence.FindStringSubmatch(lines[i])
		if begin == nil {
			continue
		}
		b := Block{Document: document, Line: i + 1, Language: begin[3]}
		if i > 0 {
			b.mark(lines[i-1])
		}
		for i++; i < len(lines) && lines[i] != begin[1]+begin[2]; i++ {
			b.Text += strings.TrimPrefix(lines[i], begin[1]) + "\n"
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// mark takes in what the line before a block says.
func (b *Block) mark(line string) {
	if found := runBy.FindStringSubmatch(line); found != nil {
		b.Test, b.Folder = found[1], found[2]
	}
	if found := notRunIs.FindStringSubmatch(line); found != nil {
		b.Excuse = found[1]
	}
}
