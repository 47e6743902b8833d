package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// excuses is how many blocks nobody runs. Fewer are welcome.
const excuses = 4

// TestBlocks: each block of each document is marked with the test that runs it, which is there and asks for its blocks.
func TestBlocks(t *testing.T) {
	tests, excused := testsByFolder(t), 0
	for _, b := range allBlocks(t) {
		switch {
		case b.Excuse != "":
			excused++
		case b.Test == "":
			t.Errorf("%s is run by no test: write <!-- run by TestX (folder) --> on the line before, and run there what RunBy gives", b)
		case !tests[b.Test][b.Folder]:
			t.Errorf("%s is marked as run by %s (%s), which is not there", b, b.Test, b.Folder)
		case !asks(t, b):
			t.Errorf("%s is marked as run by %s (%s), which does not ask for it", b, b.Test, b.Folder)
		}
	}
	if excused != excuses {
		t.Errorf("%d blocks are run by nobody, expected %d", excused, excuses)
	}
}

// asks says whether there is something in the folder of a test that reads its blocks; one of another module names the document.
func asks(t *testing.T, b Block) bool {
	t.Helper()
	if recorded[b.Test+" ("+b.Folder+")"] != "" {
		return true
	}
	wanted := "docs.RunBy("
	if _, err := os.Stat(filepath.Join(root, b.Folder, "go.mod")); err == nil {
		wanted = b.Document
	}
	if b.Folder == "test/docs" {
		wanted = "RunBy(t)"
	}
	found := false
	walk(t, filepath.Join(root, b.Folder), "_test.go", func(_ string, content []byte) {
		found = found || strings.Contains(string(content), wanted)
	})
	return found
}

func TestBlocksOf(t *testing.T) {
	const text = "a\n<!-- run by TestX (test/y) -->\n```sh\none\n```\n\n```\n$ two\n```\n<!-- not run: why -->\n````md\n```\nthree\n```\n````\n- b\n\n  ```sh\n  four\n  ```\n"
	want := []Block{
		{Document: "a.md", Line: 3, Language: "sh", Text: "one\n", Test: "TestX", Folder: "test/y"},
		{Document: "a.md", Line: 7, Text: "$ two\n"},
		{Document: "a.md", Line: 11, Language: "md", Text: "```\nthree\n```\n", Excuse: "why"},
		{Document: "a.md", Line: 18, Language: "sh", Text: "four\n"},
	}
	if diff := cmp.Diff(want, blocksOf("a.md", text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
