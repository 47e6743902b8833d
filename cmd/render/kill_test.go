package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A render of many rings is killed at many points. After each, the next one finds its way back, whether its input is good or not.
func TestKilledRender(t *testing.T) { // not in parallel: the processor must be there when the moment comes
	const n = 30
	w := newWorkspace(t)
	w.write("bad.yaml", "kind: Pod\n")
	inputs := [2]string{"a.yaml", "b.yaml"}
	w.write(inputs[0], rings(t, n)+"---\n"+ring(t, "only-a"))
	w.write(inputs[1], rings(t, n, "IMAGE=cassandra:4.0.5")+"---\n"+ring(t, "only-b"))
	var want [2]tree
	for i, input := range inputs {
		w.ok("-f", input, "-o", input+".want")
		want[i] = w.tree(input + ".want").files()
	}
	w.ok("-f", inputs[0], "-o", "out")
	missing := func(name string) bool {
		_, err := os.Lstat(w.path("out/" + name))
		return errors.Is(err, fs.ErrNotExist)
	}
	const stage, journal = ".casskop-gitops-stage/", ".casskop-gitops-stage/journal"
	staged := func(i int) string { return fmt.Sprintf("%snew-%d", stage, i) }
	leftInStage := func(ring string) int { // once everything is swapped
		if missing("base/" + ring) {
			return 0
		}
		entries, err := os.ReadDir(w.path("out/" + stage))
		if err != nil || slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), "new-") }) {
			return 0
		}
		return len(entries)
	}
	const saved = n*7 + 23 // replaced in each ring, and the ring that goes
	now := 0
	for name, reached := range map[string]func(ring string) bool{
		"the stage is there":            func(string) bool { return !missing(stage) },
		"half of the files are staged":  func(string) bool { return !missing(staged(n * 7 / 2)) },
		"the journal is there":          func(string) bool { return !missing(journal) },
		"the first files are swapped":   func(string) bool { return !missing(journal) && missing(staged(5)) },
		"half of the files are swapped": func(string) bool { return !missing(journal) && missing(staged(n*7/2)) },
		"the last file is swapped":      func(string) bool { return !missing(journal) && missing(staged(n*7-1)) },
		"the stage begins to go":        func(ring string) bool { left := leftInStage(ring); return 0 < left && left <= saved },
		"half of the stage is gone":     func(ring string) bool { left := leftInStage(ring); return 0 < left && left <= saved/2 },
	} {
		hit := false
		for try := 0; try < 100 && !hit; try++ {
			next := 1 - now
			if hit = w.killWhen(func() bool { return reached([]string{"only-a", "only-b"}[next]) }, "-f", inputs[next], "-o", "out", "--allow", "removed-cluster"); !hit {
				now = next
				continue
			}
			t.Logf("killed at try %d when %s", try+1, name)
			w.recovers(name, want, inputs[next])
			now = next
		}
		if !hit {
			t.Errorf("no render was killed when %s", name)
		}
	}
	same(t, "the tree in the end", want[now], w.tree("out").files())
}

// killWhen runs render and kills it as soon as something is so. It reports false when render was done first.
func (w workspace) killWhen(reached func() bool, args ...string) bool {
	w.t.Helper()
	cmd := w.command(args...)
	cmd.Env = append(environment(), "GOMAXPROCS=1") // leaves a processor to us, who look
	w.must(cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is in ProcessState
		close(ended)
	}()
	for {
		select {
		case <-ended:
			if !cmd.ProcessState.Success() {
				w.t.Fatalf("render %v: %v", args, cmd.ProcessState)
			}
			return false
		default:
		}
		if reached() {
			break
		}
	}
	_ = cmd.Process.Kill() // it may have ended by itself
	<-ended
	return !cmd.ProcessState.Success()
}

// recovers expects that after a kill check tells of it unless the tree is whole, that a run which fails for its input has put the
// tree back all the same, and that a good one writes it.
func (w workspace) recovers(name string, want [2]tree, input string) {
	t := w.t
	t.Helper()
	whole := func() bool { got := w.tree("out").files(); return got.equal(want[0]) || got.equal(want[1]) }
	got := w.render("check", "-f", input, "-o", "out", "--allow", "removed-cluster")
	if !strings.Contains(got.stdout, "out: an interrupted render left its stage here, expected none; run render\n") && !whole() || got.code == 0 && !whole() {
		t.Errorf("killed when %s: check says (%d)\n%.600s%.600s", name, got.code, got.stdout, got.stderr)
	}
	if got := w.exits(2, "-f", "bad.yaml", "-o", "out"); !whole() {
		t.Errorf("killed when %s: a mixed tree is left\n%s", name, got.stderr)
	}
	w.ok("-f", input, "-o", "out", "--allow", "removed-cluster")
	w.ok("check", "-f", input, "-o", "out")
}

func (tr tree) equal(other tree) bool {
	for name, text := range tr {
		if other[name] != text {
			return false
		}
	}
	return len(tr) == len(other)
}

func TestRendersAtOnce(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(w workspace){
		"in a tree that is there": func(w workspace) { w.ok("-f", "a.yaml", "-o", "out") },
		"in an empty directory":   func(w workspace) { w.must(os.Mkdir(w.path("out"), 0o755)) },
		"in no directory yet":     func(workspace) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t)
			w.write("a.yaml", rings(t, 10)+"---\n"+ring(t, "only-a"))
			w.write("b.yaml", rings(t, 10, "IMAGE=cassandra:4.0.5")+"---\n"+ring(t, "only-b"))
			w.ok("-f", "a.yaml", "-o", "want-a")
			w.ok("-f", "b.yaml", "-o", "want-b")
			prepare(w)
			var running [8]*exec.Cmd
			var stderr [8]bytes.Buffer
			for i := range running {
				running[i] = w.command("-f", []string{"a.yaml", "b.yaml"}[i%2], "-o", "out", "--allow", "removed-cluster")
				running[i].Stderr = &stderr[i]
				w.must(running[i].Start())
			}
			for i, cmd := range running {
				if err := cmd.Wait(); err != nil {
					t.Errorf("process %d: %v\n%s", i, err, &stderr[i])
				}
			}
			if got := w.tree("out"); !got.equal(w.tree("want-a")) && !got.equal(w.tree("want-b")) {
				same(t, "the tree is neither that of a.yaml nor, as follows, that of b.yaml", w.tree("want-b"), got)
			}
		})
	}
}

// Two renders begin before the output directory is there: the one that comes second must see what the first has written.
func TestOutIsMadeByAnotherRender(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("a.yaml", rings(t, 2))
	w.write("b.yaml", ring(t, "ring1", "IMAGE=cassandra:4.0.5"))
	w.ok("-f", "b.yaml", "-o", "want")
	cmd := w.command("-f", "-", "-o", "out", "--allow", "removed-cluster")
	stdin, err := cmd.StdinPipe()
	w.must(err)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	w.must(cmd.Start())
	_, err = stdin.Write(bytes.Repeat([]byte("# more than a pipe holds\n"), 20_000)) // returns when render reads, which it does after it looked for out
	w.must(err)
	w.ok("-f", "a.yaml", "-o", "out")
	_, err = stdin.Write([]byte(w.read("b.yaml")))
	w.must(errors.Join(err, stdin.Close()))
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, &stderr)
	}
	same(t, "the tree", w.tree("want"), w.tree("out"))
}

func TestRenderWaitsForAnother(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", ring(t, "demo"))
	w.must(os.Mkdir(w.path("out"), 0o755))
	lock, err := os.Open(w.path("out"))
	w.must(err)
	w.must(syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
	cmd := w.command("-o", "out")
	stderr, err := cmd.StderrPipe()
	w.must(err)
	w.must(cmd.Start())
	giveUp := time.AfterFunc(30*time.Second, func() { _ = lock.Close() }) // a render that says nothing would wait for ever
	const want = "waiting for another render in out\n"
	said := make([]byte, len(want))
	if _, err := stderr.Read(said); err != nil || string(said) != want {
		t.Errorf("render said %q, %v", said, err)
	}
	same(t, "the directory while another render holds it", tree{".": "folder"}, w.tree("out"))
	giveUp.Stop()
	w.must(lock.Close())
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	w.ok("check", "-o", "out")
}
