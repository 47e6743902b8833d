package render

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const unmarked = "# not ours\n"

// treeFixture is a tree on disk with a plan that replaces, removes and creates files in it.
type treeFixture struct {
	t       *testing.T
	dir     string
	changes []Change
}

func newTreeFixture(t *testing.T) treeFixture {
	t.Helper()
	f := treeFixture{t: t, dir: t.TempDir()}
	text := func(s string) []byte { return append(header([]byte(s)), s...) }
	f.changes = []Change{
		{File: File{Path: "base/new/cassandracluster.yaml", Content: text("new\n")}, Action: Create},
		{File: File{Path: "base/ring/cassandracluster.yaml", Content: text("now\n")}, Action: Replace, Old: text("before\n")},
		{File: File{Path: "clusters/a/old/gate/gate.yaml"}, Action: Remove, Old: text("gate\n")},
		{File: File{Path: "clusters/a/old/override.yaml"}, Action: Remove, Old: text("override\n")},
		{File: File{Path: "clusters/a/ring/kustomization.yaml"}, Action: Keep},
		{File: File{Path: "clusters/a/ring/override.yaml", Content: text("now\n")}, Action: Replace, Old: text("before\n")},
		{File: File{Path: "clusters/a/ring/\"odd\" \n näme\\.yaml", Content: text("odd\n")}, Action: Create},
		{File: File{Path: "clusters/b/flux/ring.yaml", Content: text("flux\n")}, Action: Create},
	}
	for _, c := range f.changes {
		if c.Action != Create {
			f.write(c.Path, string(c.Old))
		}
	}
	f.write("clusters/b/own.yaml", unmarked)
	return f
}

func (f treeFixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f treeFixture) write(name, content string) {
	f.t.Helper()
	file := filepath.Join(f.dir, name)
	f.must(os.MkdirAll(filepath.Dir(file), 0o755))
	f.must(os.WriteFile(file, []byte(content), 0o644))
}

// open opens the tree anew, as another process would.
func (f treeFixture) open() *Tree {
	f.t.Helper()
	tree, err := OpenTree(f.dir)
	f.must(err)
	f.t.Cleanup(func() { _ = tree.Close() })
	return tree
}

func (f treeFixture) todo() (todo []Change) {
	for _, c := range f.changes {
		if c.Action != Keep {
			todo = append(todo, c)
		}
	}
	return todo
}

// snapshot is everything in the tree: content by path, and folders.
func (f treeFixture) snapshot() map[string]string {
	f.t.Helper()
	out := map[string]string{}
	f.must(filepath.WalkDir(f.dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			out[name] = "folder"
			return err
		}
		content, err := os.ReadFile(name)
		out[name] = string(content)
		return err
	}))
	return out
}

// written is the tree as the plan has it.
func (f treeFixture) written() map[string]string {
	f.t.Helper()
	other := newTreeFixture(f.t)
	other.must(other.open().Write(&Plan{Changes: other.changes}))
	out := map[string]string{}
	for name, content := range other.snapshot() {
		out[strings.Replace(name, other.dir, f.dir, 1)] = content
	}
	return out
}

func (f treeFixture) expect(what string, want map[string]string) {
	f.t.Helper()
	if d := cmp.Diff(want, f.snapshot()); d != "" {
		f.t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

// recovered opens the tree as the next render does, and expects that it says so and puts everything back.
func (f treeFixture) recovered(what string, want map[string]string) {
	f.t.Helper()
	tree := f.open()
	if !tree.Interrupted() {
		f.t.Fatalf("%s: nobody sees it", what)
	}
	if err := tree.Recover(); err != nil {
		f.t.Fatalf("%s: %v", what, err)
	}
	f.expect(what, want)
	if tree.Interrupted() {
		f.t.Fatalf("%s: still there after Recover", what)
	}
}

func TestWriteCarriesOutThePlan(t *testing.T) {
	f := newTreeFixture(t)
	f.must(f.open().Write(&Plan{Changes: f.changes}))
	for _, c := range f.changes {
		content, err := os.ReadFile(filepath.Join(f.dir, c.Path))
		if c.Action == Remove && !os.IsNotExist(err) || c.Action != Remove && string(content) != string(c.Content) {
			t.Errorf("%s: %q, %v", c.Path, content, err)
		}
	}
	for name, there := range map[string]bool{"clusters/a/old": false, stageDir: false, "clusters/b/own.yaml": true} {
		if _, err := os.Lstat(filepath.Join(f.dir, name)); (err == nil) != there {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The renames run side by side, so any part of them may have been done when the process was killed.
func TestRecoverAfterAnyPartOfTheSwap(t *testing.T) {
	n := len(newTreeFixture(t).todo())
	for part := range 1 << n {
		f := newTreeFixture(t)
		before, tree, todo := f.snapshot(), f.open(), f.todo()
		f.must(tree.prepare(todo))
		for i, c := range todo {
			if part&(1<<i) != 0 {
				f.must(tree.swapOne(i, c))
			}
		}
		f.recovered(fmt.Sprintf("swapped %0*b", n, part), before)
	}
}

func TestRecoverAfterARecoverThatWasKilledToo(t *testing.T) {
	n := len(newTreeFixture(t).todo())
	for part := range 1 << n {
		f := newTreeFixture(t)
		before, tree, todo := f.snapshot(), f.open(), f.todo()
		f.must(tree.prepare(todo))
		f.must(tree.swap(todo))
		undone := f.todo()
		for i := range undone {
			if part&(1<<i) == 0 {
				undone[i] = Change{File: File{Path: "none"}, Action: Create} // its turn has not come
			}
		}
		f.must(tree.undo(undone))
		f.recovered(fmt.Sprintf("undone %0*b", n, part), before)
	}
}

// The journal is written when nothing is swapped yet.
func TestRecoverWithAJournalCutShort(t *testing.T) {
	whole := newTreeFixture(t)
	whole.must(whole.open().prepare(whole.todo()))
	journal, err := os.ReadFile(filepath.Join(whole.dir, journalFile))
	whole.must(err)
	for length := range journal {
		f := newTreeFixture(t)
		before, tree := f.snapshot(), f.open()
		f.must(tree.prepare(f.todo()))
		tree.removeEmptyFolders(f.todo(), Create) // they are made after the journal
		f.write(journalFile, string(journal[:length]))
		f.recovered(fmt.Sprintf("%d bytes of the journal", length), before)
	}
	f := newTreeFixture(t)
	before := f.snapshot()
	f.must(f.open().root.Mkdir(stageDir, 0o755))
	f.recovered("no journal", before)
}

// Once the journal is gone the new tree stands, whatever is left of the stage.
func TestRecoverWhileTheStageWasBeingRemoved(t *testing.T) {
	f := newTreeFixture(t)
	tree, todo := f.open(), f.todo()
	f.must(tree.prepare(todo))
	f.must(tree.swap(todo))
	f.must(os.Mkdir(filepath.Join(f.dir, stageDir, "sub"), 0o755))
	f.must(tree.root.Remove(journalFile))
	f.must(tree.root.Remove(saved(1)))
	f.must(tree.Recover())
	tree.removeEmptyFolders(todo, Remove)
	f.expect("the tree", f.written())
}

func TestJournalTellsEveryChange(t *testing.T) {
	f := newTreeFixture(t)
	f.must(f.open().prepare(f.todo()))
	journal, err := os.ReadFile(filepath.Join(f.dir, journalFile))
	f.must(err)
	var want []Change
	for _, c := range f.todo() {
		want = append(want, Change{File: File{Path: c.Path}, Action: c.Action})
	}
	if d := cmp.Diff(want, parseJournal(string(journal))); d != "" {
		t.Errorf("the journal (-want +got):\n%s", d)
	}
}

func TestWriteThatFailsLeavesTheTree(t *testing.T) {
	for name, c := range map[string]struct {
		obstacle string
		want     string
	}{
		"a folder stands where a file is to be": {"clusters/b/flux/ring.yaml/own", "clusters/b/flux/ring.yaml: expected a file, found d"},
		"a file stands where a folder is to be": {"clusters/b/flux", "clusters/b/flux: expected a folder, found -"},
		"another stage is there":                {stageDir + "/journal", stageDir + ": file exists"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newTreeFixture(t)
			f.write(c.obstacle, "")
			before := f.snapshot()
			err := f.open().Write(&Plan{Changes: f.changes})
			if err == nil || !strings.HasPrefix(err.Error(), "nothing was changed in "+f.dir+": ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error: %v", err)
			}
			f.expect("the tree", before)
		})
	}
}

// What cannot be put back is not thrown away with the stage.
func TestRollBackThatFailsKeepsTheStage(t *testing.T) {
	f := newTreeFixture(t)
	before, tree, todo := f.snapshot(), f.open(), f.todo()
	f.must(tree.prepare(todo))
	f.must(tree.swap(todo))
	f.must(tree.root.Remove(todo[1].Path))
	f.write(todo[1].Path+"/own", unmarked)
	if err := tree.rollBack(todo); err == nil {
		t.Fatal("a file was put where a folder is")
	}
	f.must(tree.root.RemoveAll(todo[1].Path))
	f.recovered("after the folder is gone", before)
}

func TestLockWaits(t *testing.T) {
	f := newTreeFixture(t)
	unlock, err := f.open().Lock(func() { t.Error("waited for nobody") })
	f.must(err)
	waits, locked := make(chan struct{}), make(chan error)
	go func() {
		second, err := f.open().Lock(func() { close(waits) })
		if err == nil {
			second()
		}
		locked <- err
	}()
	select {
	case <-waits:
	case <-time.After(30 * time.Second):
		t.Fatal("nobody is told of the wait")
	}
	select {
	case err := <-locked:
		t.Errorf("two hold the lock: %v", err)
	default:
	}
	unlock()
	f.must(<-locked)
}

func FuzzRecover(f *testing.F) {
	f.Add("1 \"base/new/cassandracluster.yaml\"\n2 \"base/ring/cassandracluster.yaml\"\n3 \"clusters/a/old/override.yaml\"\n")
	f.Add("1 \"../outside\"\n2 \"/outside\"\n9 \"link/outside\"\n")
	f.Fuzz(func(t *testing.T, journal string) {
		fixture := newTreeFixture(t)
		outside := fixture.dir + "-outside"
		fixture.must(os.WriteFile(outside, []byte(unmarked), 0o644))
		fixture.write(journalFile, journal)
		fixture.write(saved(0), "saved\n")
		_ = fixture.open().Recover() // a journal may name what cannot be put back; it must only stay inside
		if content, err := os.ReadFile(outside); err != nil || string(content) != unmarked {
			t.Errorf("outside: %q, %v", content, err)
		}
		fixture.must(os.Remove(outside))
	})
}
