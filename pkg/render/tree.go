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
const stageDir = ".casskop-gitops-stage"

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
	journal, err := t.root.ReadFile(path.Join(stageDir, "journal"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	todo := parseJournal(string(journal))
	if err := t.undo(todo); err != nil {
		return fmt.Errorf("undo an interrupted render: %w", err)
	}
	t.removeEmptyFolders(todo, Create)
	return t.root.RemoveAll(stageDir)
}

// Write carries out a plan: all files are written beside the tree first, then swapped in one by one. After an error the tree
// is as it was.
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
	if err := t.checkFolders(todo); err != nil {
		return err
	}
	err := t.stage(todo)
	if err == nil {
		if err = t.swap(todo); err != nil {
			err = errors.Join(err, t.undo(todo))
		}
	}
	if err != nil {
		t.removeEmptyFolders(todo, Create)
	}
	if cleanup := t.root.RemoveAll(stageDir); err == nil {
		err = cleanup
	}
	if err == nil {
		t.removeEmptyFolders(todo, Remove)
	}
	return err
}

// checkFolders refuses to write through symbolic links, inside the tree or out of it.
func (t *Tree) checkFolders(todo []Change) error {
	checked := map[string]bool{".": true}
	for _, c := range todo {
		for dir := path.Dir(c.Path); !checked[dir]; dir = path.Dir(dir) {
			checked[dir] = true
			info, err := t.root.Lstat(dir)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			if !info.IsDir() {
				return fmt.Errorf("%s: expected a folder, found %s: render writes through no links; remove it and render again",
					path.Join(t.dir, dir), info.Mode().Type())
			}
		}
	}
	return nil
}

func staged(i int) string { return path.Join(stageDir, "new-"+strconv.Itoa(i)) }
func saved(i int) string  { return path.Join(stageDir, "old-"+strconv.Itoa(i)) }

// stage writes everything that can fail for want of space or permission, the old content of replaced files included. The journal
// comes last: without one nothing was swapped.
func (t *Tree) stage(todo []Change) error {
	if err := t.root.Mkdir(stageDir, 0o755); err != nil {
		return err
	}
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
	folders := map[string]bool{}
	for _, c := range todo {
		if dir := path.Dir(c.Path); c.Action == Create && !folders[dir] {
			folders[dir] = true
			if err := t.root.MkdirAll(dir, 0o755); err != nil {
				return err
			}
		}
	}
	return t.root.WriteFile(path.Join(stageDir, "journal"), []byte(journal.String()), 0o644)
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
	return sideBySide(len(todo), func(i int) error {
		from, to := staged(i), todo[i].Path
		if todo[i].Action == Remove {
			from, to = to, saved(i)
		}
		return t.root.Rename(from, to)
	})
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

// undo puts back what swap did, as far as it came: old content is in the stage, and a new file that is not there any more is in
// its place in the tree.
func (t *Tree) undo(todo []Change) error {
	var failed []error
	for i, c := range todo {
		var err error
		if c.Action != Create {
			err = t.root.Rename(saved(i), c.Path)
		} else if _, waits := t.root.Lstat(staged(i)); errors.Is(waits, fs.ErrNotExist) {
			err = t.root.Remove(c.Path)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
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
