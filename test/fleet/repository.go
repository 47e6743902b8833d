package fleet

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fluxbed"
)

// Repository is a git repository with a rendered tree.
type Repository struct {
	// Dir is its work tree.
	Dir string
}

// Commit is a commit of a Repository.
type Commit struct {
	// SHA is its name.
	SHA string
	// Revision is that of the ring.
	Revision string
	// Tree is what it holds.
	Tree fluxbed.Tree
}

// newRepository makes an empty one.
func newRepository(t testing.TB) *Repository {
	t.Helper()
	r := &Repository{Dir: t.TempDir()}
	r.git(t, "init", "--quiet", "--initial-branch=main")
	return r
}

// Commit writes the MultiCasskop, renders it and commits both. Arguments are render's own, for example --allow. A commit without
// any change is an empty one.
func (r *Repository) Commit(t testing.TB, m *MultiCasskop, args ...string) Commit {
	t.Helper()
	for name, document := range m.files() {
		content, err := yaml.Marshal(document)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(r.Dir, name), content, 0o644))
	}
	render, err := bed.Program("render")
	must(t, err)
	r.run(t, render, args...)
	return r.CommitByHand(t)
}

// CommitByHand commits what the work tree holds, whoever wrote it.
func (r *Repository) CommitByHand(t testing.TB) Commit {
	t.Helper()
	r.git(t, "add", "--all")
	r.git(t, "-c", "user.name=platform", "-c", "user.email=platform@example.com", "commit", "--quiet", "--allow-empty", "--message=A commit")
	return r.Head(t)
}

// Head is the newest commit.
func (r *Repository) Head(t testing.TB) Commit {
	t.Helper()
	c := Commit{SHA: strings.TrimSpace(r.git(t, "rev-parse", "HEAD")), Tree: r.tree(t)}
	for name, content := range c.Tree {
		if found := revisionInGate.FindStringSubmatch(content); found != nil && strings.HasSuffix(name, "/gate/gate.yaml") {
			c.Revision = found[1]
		}
	}
	return c
}

var revisionInGate = regexp.MustCompile(`(?m)^  revision: "?([0-9a-f]+)`)

// tree is what HEAD holds, without what all rings of a cluster share.
func (r *Repository) tree(t testing.TB) fluxbed.Tree {
	t.Helper()
	tree := fluxbed.Tree{}
	archive := tar.NewReader(bytes.NewBufferString(r.git(t, "archive", "--format=tar", "HEAD")))
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return tree
		}
		must(t, err)
		if header.Typeflag != tar.TypeReg || strings.HasSuffix(header.Name, "/flux/gate-controller.yaml") {
			continue
		}
		content, err := io.ReadAll(archive)
		must(t, err)
		tree[header.Name] = string(content)
	}
}

func (r *Repository) git(t testing.TB, args ...string) string {
	t.Helper()
	return r.run(t, "git", args...)
}

// run runs a program in the work tree and returns what it prints.
func (r *Repository) run(t testing.TB, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = r.Dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s%s", filepath.Base(program), args, err, out, stderr.Bytes())
	}
	return string(out)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Remove commits that the work tree has nothing any more of what was rendered, and that the user's files are gone.
func (r *Repository) Remove(t testing.TB) Commit {
	t.Helper()
	r.git(t, "rm", "-r", "--quiet", "--ignore-unmatch", ".")
	return r.CommitByHand(t)
}
