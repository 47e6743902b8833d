package fluxbed

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// Tree is what a commit holds: content by path, with slashes.
type Tree map[string]string

// ReadTree reads base/ and clusters/ of a folder, and the repository's base/gate, which is not rendered.
func ReadTree(t testing.TB, dir string) Tree {
	t.Helper()
	tree := Tree{}
	tree.read(t, dir, "base")
	tree.read(t, dir, "clusters")
	tree.read(t, bed.Root(), "base/gate")
	return tree
}

// Committed is the tree of the repository, rendered from its multi-casskop.yaml.
func Committed(t testing.TB) Tree {
	t.Helper()
	return ReadTree(t, bed.Root())
}

func (tree Tree) read(t testing.TB, dir, folder string) {
	t.Helper()
	root := os.DirFS(dir)
	must(t, fs.WalkDir(root, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(root, name)
		tree[name] = string(content)
		return err
	}))
}

// Replace is the tree with a text replaced wherever it stands, in paths too.
func (tree Tree) Replace(old, replacement string) Tree {
	changed := Tree{}
	for name, content := range tree {
		changed[strings.ReplaceAll(name, old, replacement)] = strings.ReplaceAll(content, old, replacement)
	}
	return changed
}

// Without is the tree without the files whose path begins so.
func (tree Tree) Without(prefix string) Tree {
	rest := maps.Clone(tree)
	maps.DeleteFunc(rest, func(name, _ string) bool { return strings.HasPrefix(name, prefix) })
	return rest
}

// And is the tree with the files of another one, whose content counts where both have one.
func (tree Tree) And(other Tree) Tree {
	both := maps.Clone(tree)
	maps.Copy(both, other)
	return both
}

// archive packs the tree as source-controller does; the same tree gives the same bytes.
func (tree Tree) archive(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	compressed := gzip.NewWriter(&out)
	packed := tar.NewWriter(compressed)
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		must(t, packed.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(tree[name]))}))
		_, err := packed.Write([]byte(tree[name]))
		must(t, err)
	}
	must(t, packed.Close())
	must(t, compressed.Close())
	return out.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
