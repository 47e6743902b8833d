package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// nobody runs a command without the rights of root, who may write everywhere. It owns the directory that the command works in.
func nobody(w workspace, cmd *exec.Cmd) *exec.Cmd {
	const id = 65534
	if os.Getuid() != 0 {
		return cmd
	}
	w.must(filepath.WalkDir(w.dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, id, id)
	}))
	for dir := filepath.Dir(w.dir); dir != filepath.Dir(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.Mode()&0o001 == 0 {
			w.must(os.Chmod(dir, info.Mode()|0o011))
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: id, Gid: id}}
	return cmd
}

// changed is a workspace whose rings are rendered, and then changed: one file in four is to be replaced, a ring is new and one goes.
func changed(t *testing.T, n int, changes ...string) workspace {
	t.Helper()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", rings(t, n)+"---\n"+ring(t, "old"))
	w.ok("-o", "out")
	w.write("multi-casskop.yaml", rings(t, n, changes...)+"---\n"+ring(t, "new"))
	w.ok("-o", "want")
	return w
}

const newImage = "IMAGE=cassandra:4.0.5"

var changeArgs = []string{"-o", "out", "--allow", "removed-cluster"}

// unchanged expects a failed run that says what happened and left nothing behind.
func unchanged(t *testing.T, got result, want string, before, after tree) {
	t.Helper()
	errors := slices.DeleteFunc(slices.Collect(strings.Lines(got.stderr)), func(line string) bool { return strings.Contains(line, ": warning: ring old ") })
	if got.code != 2 || got.stdout != "" || len(errors) != 1 || !strings.HasPrefix(errors[0], "error: nothing was changed in ") || !strings.Contains(errors[0], want) {
		t.Errorf("exit code %d, expected one error about %s\n%s%s", got.code, want, got.stdout, got.stderr)
	}
	same(t, "the tree", before, after)
}

func TestReadOnlyTree(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		folder string
		middle bool // the failure comes when other files are swapped in already
	}{
		"the whole tree":    {folder: "out"},
		"an overlay":        {folder: "out/clusters/k8s-cluster2/ring6", middle: true},
		"Flux's folder":     {folder: "out/clusters/k8s-cluster3/flux", middle: true},
		"a ring that goes":  {folder: "out/clusters/k8s-cluster1/old/gate", middle: true},
		"the last ring":     {folder: "out/clusters/k8s-cluster3/ring8", middle: true},
		"the cluster above": {folder: "out/clusters/k8s-cluster3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := changed(t, 8, newImage)
			before, state := w.tree("out"), w.state("out")
			cmd := nobody(w, w.command(changeArgs...))
			w.must(os.Chmod(w.path(c.folder), 0o555))
			t.Cleanup(func() { w.must(os.Chmod(w.path(c.folder), 0o755)) })
			unchanged(t, finish(t, cmd), "permission denied", before, w.tree("out"))
			if touched := fmt.Sprint(state.files()) != fmt.Sprint(w.state("out").files()); touched != c.middle {
				t.Errorf("files were swapped and put back: %v, expected %v", touched, c.middle)
			}
			cmd = nobody(w, w.command("check", "-o", "out", "--allow", "removed-cluster"))
			if got := finish(t, cmd); got.code != 1 || strings.Contains(got.stdout, "interrupted") {
				t.Errorf("check after it: exit code %d\n%s%s", got.code, got.stdout, got.stderr)
			}
		})
	}
}

// A limit on the size of files ends a write as a full disk does, for everyone.
func TestFilesThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rings, blocks int // of 512 bytes
		image         string
		journal       bool
	}{
		"most files":        {rings: 20, blocks: 2, image: newImage},
		"one file":          {rings: 1, blocks: 16, image: "IMAGE=cassandra:" + strings.Repeat("x", 20_000)},
		"the journal alone": {rings: 20, blocks: 12, image: newImage, journal: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := changed(t, c.rings, c.image)
			before := w.state("out")
			cmd := exec.Command("sh", append([]string{"-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, c.blocks), binary}, changeArgs...)...)
			cmd.Dir = w.dir
			got := finish(t, cmd)
			unchanged(t, got, "file too large", before.files(), w.state("out").files())
			if journal := strings.Contains(got.stderr, "/journal: "); journal != c.journal {
				t.Errorf("it failed elsewhere: %s", got.stderr)
			}
			w.ok(changeArgs...)
			same(t, "the tree after a second try", w.tree("want"), w.tree("out"))
		})
	}
}

// mounted runs render on a copy of out in a small file system of its own, and returns what the tree is afterwards. prepare is run
// in between.
func mounted(w workspace, n int, options, prepare string) (result, tree) {
	w.t.Helper()
	disk, after := fmt.Sprintf("disk%d", n), fmt.Sprintf("after%d", n)
	w.must(os.Mkdir(w.path(disk), 0o755))
	const script = `set -e
mount -t tmpfs -o "$1" tmpfs "$2"
cp -a out/. "$2"
eval "$4"
set +e
"$0" -o "$2" --allow removed-cluster
code=$?
cp -a "$2" "$3"
exit $code`
	cmd := exec.Command("unshare", append(namespace(), "sh", "-c", script, binary, options, disk, after, prepare)...)
	cmd.Dir = w.dir
	got := finish(w.t, cmd)
	if _, err := os.Lstat(w.path(after)); err != nil {
		w.t.Fatalf("%s: %s", options, got.stderr)
	}
	return got, w.tree(after)
}

func namespace() []string {
	if os.Getuid() == 0 {
		return []string{"--mount"}
	}
	return []string{"--mount", "--map-root-user"}
}

// canMount reports whether this machine lets us mount: containers mostly do not. The tests that need it have others beside them
// that do not.
func canMount(t *testing.T) bool {
	out, err := exec.Command("unshare", append(namespace(), "mount", "-t", "tmpfs", "tmpfs", t.TempDir())...).CombinedOutput()
	if err != nil {
		t.Logf("no mounts here: %v: %s", err, out)
	}
	return err == nil
}

// Every number of free files and of free pages is tried, from none to enough, so that the disk is full at every step.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if !canMount(t) {
		return
	}
	w := changed(t, 1, newImage)
	before, want := w.tree("out"), w.tree("want")
	for what, option := range map[string]string{"files": "size=64m,nr_inodes=%d", "pages": "nr_inodes=9999,size=%dk"} {
		failed, done := 0, false
		for free := 0; !done; free += 6 {
			used, unit := len(before)+1, 1
			if what == "pages" {
				used, unit = len(before.files())+1, 4
			}
			got, after := mounted(w, 1000*len(option)+free, fmt.Sprintf(option, (used+free)*unit), "")
			if done = got.code == 0; done {
				same(t, "the tree", want, after)
				continue
			}
			failed++
			unchanged(t, got, "no space left on device", before, after)
			if t.Failed() || free > 300 {
				t.Fatalf("with %d free %s", free, what)
			}
		}
		if failed < 5 {
			t.Errorf("the disk was full %d times for want of %s", failed, what)
		}
	}
}

func TestReadOnlyMounts(t *testing.T) {
	t.Parallel()
	if !canMount(t) {
		return
	}
	w := changed(t, 8, newImage)
	before := w.tree("out")
	got, after := mounted(w, 1, "size=64m", `mount -o remount,bind,ro "$2"`)
	unchanged(t, got, "read-only file system", before, after)
	got, after = mounted(w, 2, "size=64m", `mount --bind "$2/base/ring7" "$2/base/ring7"; mount -o remount,bind,ro "$2/base/ring7"`)
	unchanged(t, got, "base/ring7/cassandracluster.yaml: ", before, after)
}
