// Package bench measures render. Each benchmark prints ratios of figures that were measured in the same run, so that they hold
// on any machine: make bench-render.
package bench

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

const root = "../.."

func sample(b *testing.B) string {
	b.Helper()
	content, err := os.ReadFile(filepath.Join(root, "multi-casskop.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	return string(content)
}

// rings is the sample n times, each ring under a name of its own.
func rings(b *testing.B, n int) []byte {
	b.Helper()
	var out bytes.Buffer
	text := sample(b)
	for i := range n {
		fmt.Fprintf(&out, "%s---\n", strings.ReplaceAll(text, "cassandra-demo", fmt.Sprintf("ring%04d", i)))
	}
	return out.Bytes()
}

// BenchmarkOverlay compares the time that render takes for one overlay, its gate and Flux files included, with the time that the
// kustomize library takes to build the same overlay. Goal: a quarter at most.
func BenchmarkOverlay(b *testing.B) {
	const n = 50
	source := []render.Source{{Name: "rings.yaml", Data: rings(b, n)}}
	tree := filesys.MakeFsInMemory()
	var overlays []string
	for b.Loop() {
		start := time.Now()
		plan, problems := render.Make(source, render.Options{}, fstest.MapFS{}, nil)
		rendering := time.Since(start)
		if len(problems.Errors()) > 0 {
			b.Fatal(problems)
		}
		for _, c := range plan.Changes {
			if err := tree.WriteFile("/"+c.Path, c.Content); err != nil {
				b.Fatal(err)
			}
			if filepath.Base(c.Path) == "override.yaml" {
				overlays = append(overlays, filepath.Dir("/"+c.Path))
			}
		}
		start = time.Now()
		for _, dir := range overlays {
			if _, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(tree, dir); err != nil {
				b.Fatal(err)
			}
		}
		building := time.Since(start)
		count := float64(len(overlays))
		b.ReportMetric(float64(rendering.Microseconds())/count, "render-us/overlay")
		b.ReportMetric(float64(building.Microseconds())/count, "kustomize-us/overlay")
		b.ReportMetric(float64(rendering)/float64(building), "render/kustomize")
		overlays = nil
	}
}

// run is one run of the program: wall time and the most memory it had.
type run struct {
	wall time.Duration
	rss  float64 // MB
}

func process(b *testing.B, args ...string) run {
	b.Helper()
	bin, err := filepath.Abs(filepath.Join(root, "bin/render"))
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(bin, args...)
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("render %v: %v\n%s", args, err, out)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		b.Fatal("no resource usage on this system")
	}
	return run{wall: time.Since(start), rss: float64(usage.Maxrss) / 1024}
}

// BenchmarkRings runs the program on 100 and on 1,000 rings of 3 clusters. Goals for 1,000: 5 s and 300 MB, ten times 100, and a
// second run, which changes nothing, in half the time.
func BenchmarkRings(b *testing.B) {
	for b.Loop() {
		few, _ := firstAndSecond(b, 100)
		many, again := firstAndSecond(b, 1000)
		b.ReportMetric(many.wall.Seconds(), "s/1000-rings")
		b.ReportMetric(many.rss, "MB/1000-rings")
		b.ReportMetric(many.wall.Seconds()/few.wall.Seconds(), "1000/100-rings")
		b.ReportMetric(again.wall.Seconds()/many.wall.Seconds(), "second/first-run")
	}
}

func firstAndSecond(b *testing.B, n int) (first, second run) {
	b.Helper()
	dir := b.TempDir()
	file := filepath.Join(dir, "rings.yaml")
	if err := os.WriteFile(file, rings(b, n), 0o644); err != nil {
		b.Fatal(err)
	}
	out := filepath.Join(dir, "tree")
	return process(b, "-f", file, "--out", out), process(b, "-f", file, "--out", out)
}

// BenchmarkSample runs the program on the sample, as make render does. Goal: 50 ms at most.
func BenchmarkSample(b *testing.B) {
	out := b.TempDir()
	args := []string{"-f", filepath.Join(root, "multi-casskop.yaml"), "--config", filepath.Join(root, "render.yaml"), "--out", out}
	process(b, args...)
	const n = 20
	for b.Loop() {
		var total time.Duration
		for range n {
			total += process(b, args...).wall
		}
		b.ReportMetric(float64(total.Milliseconds())/n, "ms/process")
	}
}
