package bench

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/casskop-gitops/casskop-gitops/pkg/render"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// BenchmarkOverlay compares the time that render takes for one overlay, its gate and Flux files included, with the time that the
// kustomize library takes to build the same overlay; and processes: one run of the program on the sample, and kubectl on its overlays. Goals: a
// quarter at most; 50 ms for the sample.
func BenchmarkOverlay(b *testing.B) {
	const n = 50
	source := []render.Source{{Name: "rings.yaml", Data: rings(b, n, sample(b))}}
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
		building := kustomize(b, tree, overlays)
		count := float64(len(overlays))
		b.ReportMetric(float64(rendering.Microseconds())/count, "render-us/overlay")
		b.ReportMetric(float64(building.Microseconds())/count, "kustomize-us/overlay")
		b.ReportMetric(float64(rendering)/float64(building), "render/kustomize")
		times := columns("what", "time, ms")
		times.add("render, as a library: an overlay with its gate and Flux files", milliseconds(rendering)/count)
		times.add("kustomize, as a library: the same overlay built", milliseconds(building)/count)
		processes(b, times)
		record.table("overlay", times)
		overlays = nil
	}
}

// kustomize is how long the library takes to build overlays.
func kustomize(b *testing.B, tree filesys.FileSystem, overlays []string) time.Duration {
	b.Helper()
	start := time.Now()
	for _, dir := range overlays {
		if _, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(tree, dir); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

// processes are the times of one run of render on the sample, and of kubectl on its overlays, as processes: the medians of 20.
func processes(b *testing.B, times *grid) {
	b.Helper()
	kubectl, err := bed.Binary("kubectl")
	if err != nil {
		b.Fatal(err)
	}
	args := []string{"-f", filepath.Join(bed.Root(), "multi-casskop.yaml"), "--config", filepath.Join(bed.Root(), "render.yaml"), "--out"}
	var writes, checks, builds durations
	for range 20 {
		out := b.TempDir()
		writes = append(writes, renders(b, append(args, out)...).wall)
		checks = append(checks, renders(b, append(args, out)...).wall)
		var all time.Duration
		for _, dir := range overlaysIn(b, out) {
			all += process(b, kubectl, "kustomize", dir).wall
		}
		builds = append(builds, all)
	}
	b.ReportMetric(milliseconds(checks.quantile(0.5)), "ms/process")
	times.add("`render`, a process: the sample ring, 3 clusters, all files written", milliseconds(writes.quantile(0.5)))
	times.add("`render`, a process: the same again, nothing to write", milliseconds(checks.quantile(0.5)))
	times.add("`kubectl kustomize`, 3 processes: the 3 overlays of the sample ring", milliseconds(builds.quantile(0.5)))
}

// overlaysIn are the folders of a rendered tree that hold an overlay.
func overlaysIn(b *testing.B, dir string) (overlays []string) {
	b.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "clusters/*/*/override.yaml"))
	if err != nil || len(found) == 0 {
		b.Fatalf("%d overlays in %s, %v", len(found), dir, err)
	}
	for _, file := range found {
		overlays = append(overlays, filepath.Dir(file))
	}
	return overlays
}

// growth is what the program takes for some rings, in the first run and in the second, which changes nothing; and how long the kustomize
// library takes to build all overlays that it wrote.
type growth struct {
	first, second durations
	rss           float64 // the most of all runs
	files         int
	kustomize     time.Duration
}

// grow runs the program three times on a file.
func grow(b *testing.B, multicasskops []byte) (g growth) {
	b.Helper()
	for range 3 {
		dir := b.TempDir()
		file, out := filepath.Join(dir, "rings.yaml"), filepath.Join(dir, "tree")
		if err := os.WriteFile(file, multicasskops, 0o644); err != nil {
			b.Fatal(err)
		}
		first, second := renders(b, "-f", file, "--out", out), renders(b, "-f", file, "--out", out)
		g.first, g.second, g.rss = append(g.first, first.wall), append(g.second, second.wall), max(g.rss, first.rss, second.rss)
		if g.files == 0 {
			g.files = filesIn(b, out)
			g.kustomize = kustomize(b, filesys.MakeFsOnDisk(), overlaysIn(b, out))
		}
	}
	return g
}

func filesIn(b *testing.B, dir string) (n int) {
	b.Helper()
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func (g growth) addTo(t *grid, n int) {
	t.add(n, g.files, g.first.quantile(0.5).Seconds(), g.second.quantile(0.5).Seconds(), g.rss, g.kustomize.Seconds())
}

func growthColumns(of string) *grid {
	return columns(of, "files", "render, s", "render again, s", "memory, MB", "kustomize, s")
}

// BenchmarkRings runs the program on 1 to 1,000 rings of 3 clusters, and on 10 rings of 2 to 20. Goals for 1,000: 5 s and 300 MB, ten times 100,
// and a second run, which changes nothing, in half the time.
func BenchmarkRings(b *testing.B) {
	for b.Loop() {
		byRings, byClusters := growthColumns("rings"), growthColumns("clusters")
		all := map[int]growth{}
		for _, n := range []int{1, 10, 100, 1000} {
			all[n] = grow(b, rings(b, n, sample(b)))
			all[n].addTo(byRings, n)
		}
		for _, n := range []int{2, 5, 10, 20} {
			grow(b, rings(b, 10, sampleOver(b, clusterNames(n)))).addTo(byClusters, n)
		}
		record.table("rings", byRings)
		record.table("ring size", byClusters)
		wall := all[1000].first.quantile(0.5).Seconds()
		b.ReportMetric(wall, "s/1000-rings")
		b.ReportMetric(all[1000].rss, "MB/1000-rings")
		b.ReportMetric(wall/all[100].first.quantile(0.5).Seconds(), "1000/100-rings")
		b.ReportMetric(all[1000].second.quantile(0.5).Seconds()/wall, "second/first-run")
	}
}
