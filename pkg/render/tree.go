package render

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"
)

// stageDir holds what a run is about to swap in. It is there only while a run writes, or after one was killed.
const (
	stageDir    = ".casskop-gitops-stage"
	journalFile = stageDir + "/journal"
)

// Tree is an output directory on disk. All access stays inside of it: a symbolic link that leads out is an error (os.Root),
// and the folders that hold rendered files must be folders.
type Tree struct {
	dir  string
	root *os.Root
}

// OpenTree opens the output directory, which must exist.
func OpenTree(dir string) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Tree{dir: dir, root: root}, nil
}

// Close releases the directory, and its lock if it was taken.
func (t *Tree) Close() error { return t.root.Close() }

// FS reads the tree.
func (t *Tree) FS() fs.FS { return t.root.FS() }

// Lock keeps other renders out until the returned function is called. waiting is called once if another one is at work.
func (t *Tree) Lock(waiting func()) (unlock func(), err error) {
	f, err := t.root.Open(".")
	if err != nil {
		return nil, err
	}
	fd := int(f.Fd())
	err = syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		waiting()
		for err = syscall.EINTR; errors.Is(err, syscall.EINTR); {
			err = syscall.Flock(fd, syscall.LOCK_EX)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", t.dir, err), f.Close())
	}
	return func() { _ = f.Close() }, nil // closing ends the lock; there is nothing to do if it fails
}

// Interrupted reports whether a render was killed while it wrote here.
func (t *Tree) Interrupted() bool {
	_, err := t.root.Lstat(stageDir)
	return err == nil
}

// Recover undoes what a killed render left half done. It does nothing on a tree that is whole.
func (t *Tree) Recover() error {
	if !t.Interrupted() {
		return nil
	}
	if err := t.expect(stageDir, "folder", fs.FileMode.IsDir); err != nil {
		return err
	}
	journal, err := t.root.ReadFile(journalFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := t.rollBack(parseJournal(string(journal))); err != nil {
		return fmt.Errorf("undo an interrupted render: %w", err)
	}
	return nil
}

// Write carries out a plan: all files are written beside the tree first, then swapped in one by one. After an error the tree
// is as it was; where it cannot be put back, the stage stays for Recover and the error says so.
func (t *Tree) Write(plan *Plan) error {
	var todo []Change
	for _, c := range plan.Changes {
		if c.Action != Keep {
			todo = append(todo, c)
		}
	}
	if len(todo) == 0 {
		return nil
	}
	if err := t.prepare(todo); err != nil {
		return fmt.Errorf("nothing was changed in %s: %w", t.dir, err)
	}
	if err := t.swap(todo); err != nil {
		if undo := t.rollBack(todo); undo != nil {
			return fmt.Errorf("%s is half written: %w; what was there is kept in %s: run render again, which puts it back first",
				t.dir, errors.Join(err, undo), path.Join(t.dir, stageDir))
		}
		return fmt.Errorf("nothing was changed in %s: %w", t.dir, err)
	}
	if err := t.removeStage(); err != nil {
		return fmt.Errorf("%s was written, but its stage stays: %w", t.dir, err)
	}
	t.removeEmptyFolders(todo, Remove)
	return nil
}

// prepare does everything that can fail while the tree is still as it was.
func (t *Tree) prepare(todo []Change) error {
	if err := t.checkLinks(todo); err != nil {
		return err
	}
	if err := t.root.Mkdir(stageDir, 0o755); err != nil {
		return err
	}
	err := t.stage(todo)
	if err != nil {
		t.removeEmptyFolders(todo, Create)
		err = errors.Join(err, t.removeStage())
	}
	return err
}

// checkLinks refuses to write through symbolic links or over them, inside the tree or out of it.
func (t *Tree) checkLinks(todo []Change) error {
	checked := map[string]bool{".": true}
	for _, c := range todo {
		if err := t.expect(c.Path, "file", fs.FileMode.IsRegular); err != nil {
			return err
		}
		for dir := path.Dir(c.Path); !checked[dir]; dir = path.Dir(dir) {
			checked[dir] = true
			if err := t.expect(dir, "folder", fs.FileMode.IsDir); err != nil {
				return err
			}
		}
	}
	return nil
}

// expect refuses what is neither missing nor of the kind that is meant.
func (t *Tree) expect(name, kind string, is func(fs.FileMode) bool) error {
	info, err := t.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // the folder above is looked at too
		return nil
	}
	if err != nil || is(info.Mode()) {
		return err
	}
	return fmt.Errorf("%s: expected a %s, found %s: render writes through no links; remove it and render again",
		path.Join(t.dir, name), kind, fs.FormatFileInfo(info))
}

func staged(i int) string { return path.Join(stageDir, "new-"+strconv.Itoa(i)) }
func saved(i int) string  { return path.Join(stageDir, "old-"+strconv.Itoa(i)) }

// stage writes everything that can fail for want of space or permission, the old content of replaced files included. The journal
// comes after the files: without one nothing was swapped. The folders come after the journal, which tells which ones to take away.
func (t *Tree) stage(todo []Change) error {
	var journal strings.Builder
	for _, c := range todo {
		fmt.Fprintf(&journal, "%d %q\n", c.Action, c.Path)
	}
	err := sideBySide(len(todo), func(i int) error {
		if todo[i].Action == Replace {
			if err := t.root.WriteFile(saved(i), todo[i].Old, 0o644); err != nil {
				return err
			}
		}
		if todo[i].Action == Remove {
			return nil
		}
		return t.root.WriteFile(staged(i), todo[i].Content, 0o644)
	})
	if err != nil {
		return err
	}
	if err := t.root.WriteFile(journalFile, []byte(journal.String()), 0o644); err != nil {
		return err
	}
	folders := map[string]bool{}
	for _, c := range todo {
		if dir := path.Dir(c.Path); c.Action == Create && !folders[dir] {
			folders[dir] = true
			if err := t.root.MkdirAll(dir, 0o755); err != nil {
				return err
			}
		}
	}
	return nil
}

// parseJournal reads as much of a journal as is there. One that is cut short was being written, so nothing was swapped yet, and
// to undo part of nothing does no harm.
func parseJournal(text string) (todo []Change) {
	for line := range strings.Lines(text) {
		var c Change
		if _, err := fmt.Sscanf(line, "%d %q\n", &c.Action, &c.Path); err != nil {
			break
		}
		todo = append(todo, c)
	}
	return todo
}

func (t *Tree) swap(todo []Change) error {
	return sideBySide(len(todo), func(i int) error { return t.swapOne(i, todo[i]) })
}

func (t *Tree) swapOne(i int, c Change) error {
	if c.Action == Remove {
		return t.root.Rename(c.Path, saved(i))
	}
	return t.root.Rename(staged(i), c.Path)
}

// sideBySide runs f for 0..n-1 on all processors. After an error no more are begun.
func sideBySide(n int, f func(i int) error) error {
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			return f(i)
		})
	}
	return group.Wait()
}

// rollBack puts the tree back to what it was before the swap.
func (t *Tree) rollBack(todo []Change) error {
	if err := t.undo(todo); err != nil {
		return err
	}
	t.removeEmptyFolders(todo, Create)
	return t.removeStage()
}

// removeStage ends a write, or its undoing. The journal goes first: without one there is nothing to undo, however much of the rest
// a killed run leaves.
func (t *Tree) removeStage() error {
	if err := t.root.Remove(journalFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return t.root.RemoveAll(stageDir)
}

// undo puts back what swap did, as far as it came: a new file that is not in the stage any more is in its place in the tree, and
// a removed one is in the stage. A file whose turn had not come is left alone.
func (t *Tree) undo(todo []Change) error {
	var failed []error
	for i, c := range todo {
		var err error
		switch {
		case c.Action != Remove && t.has(staged(i)):
		case c.Action == Create:
			err = t.root.Remove(c.Path)
		case t.has(saved(i)):
			err = t.root.Rename(saved(i), c.Path)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (t *Tree) has(name string) bool {
	_, err := t.root.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// removeEmptyFolders takes away the folders that one kind of change left empty, up to the top.
func (t *Tree) removeEmptyFolders(todo []Change, action Action) {
	for _, c := range todo {
		for dir := path.Dir(c.Path); c.Action == action && dir != "."; dir = path.Dir(dir) {
			if err := t.root.Remove(dir); err != nil {
				break // not empty, or gone already
			}
		}
	}
}
