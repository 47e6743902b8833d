package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const diffInput = "../../pkg/render/testdata/rollout/multi-casskop.yaml"

func codeOf(err error) int {
	var status exitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	}
	return exitUsage
}

func TestDiffWritesNothingAndTellsByItsExitCode(t *testing.T) {
	dir := t.TempDir()
	run := func(args ...string) (string, int) {
		var out bytes.Buffer
		cmd := newRootCommand(strings.NewReader(""), &out, &bytes.Buffer{})
		cmd.SetArgs(append(args, "-o", dir))
		code := codeOf(cmd.Execute())
		return out.String(), code
	}
	out, code := run("diff", "-f", diffInput)
	if code != exitFound || !strings.HasPrefix(out, "ring demo is new: ") || !strings.Contains(out, "\n--- /dev/null\n+++ b/base/demo/cassandracluster.yaml\n") {
		t.Errorf("of a new ring: exit code %d, output\n%s", code, out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("diff left %v, %v", left, err)
	}
	if _, code := run("-f", diffInput); code != 0 {
		t.Fatalf("render: exit code %d", code)
	}
	if out, code := run("diff", "-f", diffInput); code != 0 || out != "no difference\n" {
		t.Errorf("after render: exit code %d, output\n%s", code, out)
	}
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("kind: Pod\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := run("diff", "-f", bad); code != exitUsage || out != "" {
		t.Errorf("of bad input: exit code %d, output\n%s", code, out)
	}
}

func TestDiffInColours(t *testing.T) {
	const diff = "--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n--- a\n same\n+b"
	want := bold + "--- a/x" + reset + "\n" + bold + "+++ b/x" + reset + "\n" + cyan + "@@ -1,2 +1 @@" + reset + "\n" +
		red + "--- a" + reset + "\n same\n" + green + "+b" + reset
	var got, plain bytes.Buffer
	writeDiff(&got, diff, true)
	writeDiff(&plain, diff, false)
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Errorf("coloured (-want +got):\n%s", d)
	}
	if d := cmp.Diff(diff, plain.String()); d != "" {
		t.Errorf("plain (-want +got):\n%s", d)
	}
	if colours(&plain) {
		t.Error("a buffer is taken for a terminal")
	}
}
