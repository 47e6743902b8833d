package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// workspace is a directory that the program runs in.
type workspace struct {
	t   *testing.T
	dir string
}

func newWorkspace(t *testing.T) workspace {
	t.Helper()
	return workspace{t: t, dir: t.TempDir()}
}

// rendered is a workspace with one ring, rendered.
func rendered(t *testing.T) workspace {
	t.Helper()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", ring(t, "demo"))
	w.ok()
	return w
}

// ring is a MultiCasskop of three clusters, with KEY=VALUE of its template changed.
func ring(t *testing.T, name string, changes ...string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/input/ring.yaml")
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"RING": name, "IMAGE": "cassandra:4.0.4", "CAPACITY": "20Gi"}
	for _, change := range changes {
		key, value, _ := strings.Cut(change, "=")
		values[key] = value
	}
	_, out, _ := strings.Cut(string(text), "\n")
	for key, value := range values {
		out = strings.ReplaceAll(out, key, value)
	}
	return out
}

// rings is a file with rings ring1 to ring<n>.
func rings(t *testing.T, n int, changes ...string) string {
	t.Helper()
	var docs []string
	for i := range n {
		docs = append(docs, ring(t, fmt.Sprintf("ring%d", i+1), changes...))
	}
	return strings.Join(docs, "---\n")
}

func (w workspace) path(name string) string { return filepath.Join(w.dir, filepath.FromSlash(name)) }

func (w workspace) write(name, content string) {
	w.t.Helper()
	w.must(os.MkdirAll(filepath.Dir(w.path(name)), 0o755))
	w.must(os.WriteFile(w.path(name), []byte(content), 0o644))
}

func (w workspace) read(name string) string {
	w.t.Helper()
	content, err := os.ReadFile(w.path(name))
	w.must(err)
	return string(content)
}

// edit replaces the one place where old stands in a file.
func (w workspace) edit(name, old, changed string) {
	w.t.Helper()
	content := w.read(name)
	if strings.Count(content, old) != 1 {
		w.t.Fatalf("%s: expected %q once:\n%s", name, old, content)
	}
	w.write(name, strings.Replace(content, old, changed, 1))
}

func (w workspace) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w workspace) command(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Dir = w.dir
	return cmd
}

func (w workspace) render(args ...string) result {
	w.t.Helper()
	return finish(w.t, w.command(args...))
}

// ok expects success.
func (w workspace) ok(args ...string) result {
	w.t.Helper()
	return w.exits(0, args...)
}

// refused expects exit code 2, an error on standard error that holds text, and nothing on standard output.
func (w workspace) refused(text string, args ...string) result {
	w.t.Helper()
	got := w.exits(2, args...)
	if got.stdout != "" || !strings.Contains(got.stderr, text) {
		w.t.Errorf("render %v: expected %q on standard error and nothing on standard output\n%s%s", args, text, got.stdout, got.stderr)
	}
	return got
}

func (w workspace) exits(code int, args ...string) result {
	w.t.Helper()
	got := w.render(args...)
	if got.code != code {
		w.t.Fatalf("render %v: exit code %d, expected %d\n%s%s", args, got.code, code, got.stdout, got.stderr)
	}
	return got
}

// git runs git in the workspace.
func (w workspace) git(args ...string) {
	w.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=test", "-c", "user.email=test@example.com"}, args...)...)
	cmd.Dir = w.dir
	if got := finish(w.t, cmd); got.code != 0 {
		w.t.Fatalf("git %v: %s", args, got.stderr)
	}
}

// commit makes a git repository of the workspace, or one more commit in it.
func (w workspace) commit() {
	w.t.Helper()
	w.git("init", "--quiet")
	w.git("add", "--all")
	w.git("commit", "--quiet", "--message", "test")
}

// commitEmpty makes a git repository with nothing in it.
func (w workspace) commitEmpty() {
	w.t.Helper()
	w.git("init", "--quiet")
	w.git("commit", "--quiet", "--allow-empty", "--message", "test")
}

// tree is what stands in a directory: content by path, folders and links included.
type tree map[string]string

// tree reads a folder of the workspace, without what git keeps.
func (w workspace) tree(name string) tree {
	w.t.Helper()
	return w.walk(name, func(string, fs.FileInfo) string { return "" })
}

// state is a tree with what a write would change although the bytes stay.
func (w workspace) state(name string) tree {
	w.t.Helper()
	return w.walk(name, func(_ string, info fs.FileInfo) string {
		return fmt.Sprintf("%v %v ", info.Mode(), info.ModTime().UnixNano())
	})
}

func (w workspace) walk(name string, prefix func(string, fs.FileInfo) string) tree {
	w.t.Helper()
	top, out := w.path(name), tree{}
	w.must(filepath.WalkDir(top, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == ".git" {
			return fs.SkipDir
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		text, err := describe(file, info)
		rel, relErr := filepath.Rel(top, file)
		w.must(relErr)
		out[filepath.ToSlash(rel)] = prefix(rel, info) + text
		return err
	}))
	return out
}

func describe(file string, info fs.FileInfo) (string, error) {
	switch {
	case info.IsDir():
		return "folder", nil
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(file)
		return "link to " + target, err
	}
	content, err := os.ReadFile(file)
	return string(content), err
}

// files is a tree without its folders, which git does not know either.
func (tr tree) files() tree {
	out := maps.Clone(tr)
	maps.DeleteFunc(out, func(_, text string) bool { return strings.HasSuffix(text, "folder") })
	return out
}

// under is the part of a tree below some of its folders.
func (tr tree) under(folders ...string) tree {
	out := maps.Clone(tr)
	maps.DeleteFunc(out, func(name, _ string) bool {
		return !slices.ContainsFunc(folders, func(folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") })
	})
	return out
}

// same fails the test when two trees differ.
func same(t *testing.T, what string, want, got tree) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}
