package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/tools/image/internal/program"
)

const root = "../../.."

func options(source, out string) Options {
	return Options{
		Source: program.Source{Dir: source, Version: "v1.2.3", Created: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)},
		Out:    out, Platforms: []Platform{{runtime.GOOS, runtime.GOARCH}},
	}
}

// TestRelease: for this machine, the checksums hold, the programs of the archive run, the bill tells of both, and another build, from a copy of the
// source in another folder, has the same bytes.
func TestRelease(t *testing.T) {
	out := filepath.Join(t.TempDir(), "release")
	sums, err := Build(options(root, out))
	must(t, err)
	name := fmt.Sprintf("casskop-gitops_v1.2.3_%s_%s", runtime.GOOS, runtime.GOARCH)
	want := name + ".cdx.json: OK\n" + name + ".tar.gz: OK\n"
	if diff := cmp.Diff(want, run(t, out, "sha256sum", "--check", sumsFile)); diff != "" {
		t.Errorf("sha256sum (-want +got):\n%s", diff)
	}
	unpacked := t.TempDir()
	run(t, unpacked, "tar", "--extract", "--gzip", "--file", filepath.Join(out, name+".tar.gz"))
	for _, each := range programs {
		want := fmt.Sprintf("%s v1.2.3 (%s, %s/%s)\n", each, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		if diff := cmp.Diff(want, run(t, unpacked, filepath.Join(unpacked, name, each), "version")); diff != "" {
			t.Errorf("%s version (-want +got):\n%s", each, diff)
		}
	}
	holdsBoth(t, filepath.Join(out, name+".cdx.json"))

	other := filepath.Join(t.TempDir(), "a", "copy")
	for _, folder := range []string{"cmd", "pkg"} {
		must(t, os.CopyFS(filepath.Join(other, folder), os.DirFS(filepath.Join(root, folder))))
	}
	for _, file := range []string{"go.mod", "go.sum", "LICENSE"} {
		b, err := os.ReadFile(filepath.Join(root, file))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(other, file), b, 0o600))
	}
	again, err := Build(options(other, out)) // in the place of the first one
	must(t, err)
	if diff := cmp.Diff(sums, again); diff != "" {
		t.Errorf("checksums (-first +second):\n%s", diff)
	}
}

// holdsBoth: the bill has what only render has, and what only gate has, each module once.
func holdsBoth(t *testing.T, bill string) {
	t.Helper()
	file, err := os.Open(bill)
	must(t, err)
	bom := &cyclonedx.BOM{}
	must(t, errors.Join(cyclonedx.NewBOMDecoder(file, cyclonedx.BOMFileFormatJSON).Decode(bom), file.Close()))
	count := map[string]int{bom.Metadata.Component.Name + "@" + bom.Metadata.Component.Version: 1}
	for _, c := range *bom.Components {
		count[c.Name]++
	}
	for _, name := range []string{"github.com/casskop-gitops/casskop-gitops@v1.2.3", "std", "github.com/ajstarks/svgo", "sigs.k8s.io/controller-runtime"} {
		if count[name] != 1 {
			t.Errorf("%s is there %d times, want once", name, count[name])
		}
	}
}

// TestPlatforms: each is one that Go knows.
func TestPlatforms(t *testing.T) {
	known := run(t, ".", "go", "tool", "dist", "list")
	for _, p := range Platforms {
		if !strings.Contains(known, p.OS+"/"+p.Arch+"\n") {
			t.Errorf("Go does not know %s/%s", p.OS, p.Arch)
		}
	}
}

// TestBadInput: nothing is written, and what was there stays.
func TestBadInput(t *testing.T) {
	occupied := t.TempDir()
	must(t, os.WriteFile(filepath.Join(occupied, "notes.txt"), nil, 0o600))
	empty := t.TempDir()
	slash := options(root, filepath.Join(empty, "release"))
	slash.Version = "feature/x"
	for name, c := range map[string]struct {
		options Options
		want    string
	}{
		"a folder that is no release": {options(root, occupied), occupied + " is there and has no SHA256SUMS: remove it, or choose another folder with --out"},
		"a version with a slash":      {slash, `version "feature/x" cannot be part of a file's name: use one such as v1.2.3`},
		"no source":                   {options(t.TempDir(), filepath.Join(empty, "release")), "go build ./cmd/render in"},
	} {
		if _, err := Build(c.options); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want %q, got %v", name, c.want, err)
		}
	}
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(occupied, "notes.txt")); err != nil {
		t.Error(err)
	}
}

func run(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, out)
	}
	return string(out)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
