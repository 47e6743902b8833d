package main

import (
	"os"
	"strings"
	"testing"
)

func TestFilesWithoutOurMarkerStay(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", rings(t, 2))
	w.ok()
	own := []string{"README.md", "base/README.md", "base/ring2/notes.txt", "base/gate/kustomization.yaml", "clusters/k8s-cluster1/ring2/own.yaml",
		"clusters/k8s-cluster2/flux/flux-system/gotk-sync.yaml", "clusters/other/app/kustomization.yaml", "clusters/k8s-cluster3/ring2/gate/empty.yaml"}
	for _, name := range own {
		w.write(name, strings.Repeat("# mine\n", len(name)%3)) // some are empty
	}
	before := w.state(".")
	w.write("multi-casskop.yaml", ring(t, "ring1", "IMAGE=cassandra:4.0.5"))
	w.ok("--allow", "removed-cluster")
	after := w.state(".")
	for _, name := range own {
		if before[name] != after[name] {
			t.Errorf("%s: was %q, is %q", name, before[name], after[name])
		}
	}
	w.ok("check")
}

func TestFilesWithoutOurMarkerInOurPlace(t *testing.T) {
	t.Parallel()
	const notOurs = ":1: this file was not rendered, and render wants to write here; move it away, or render into another directory with --out\n"
	for name, c := range map[string]struct {
		files []string
		want  []string
	}{
		"files":                    {[]string{"base/demo/kustomization.yaml", "clusters/k8s-cluster1/flux/demo.yaml"}, []string{"base/demo/kustomization.yaml" + notOurs, "clusters/k8s-cluster1/flux/demo.yaml" + notOurs}},
		"a folder for a file":      {[]string{"base/demo/kustomization.yaml/mine"}, []string{"base/demo/kustomization.yaml: "}},
		"a folder for an overlay":  {[]string{"clusters/k8s-cluster2/demo/override.yaml/mine"}, []string{"clusters/k8s-cluster2/demo/override.yaml:1: "}},
		"a file for a folder":      {[]string{"clusters/k8s-cluster3/demo/gate"}, []string{"clusters/k8s-cluster3/demo/gate/gate.yaml: "}},
		"a file for the top":       {[]string{"base"}, []string{"base/demo/kustomization.yaml: "}},
		"a file for the other top": {[]string{"clusters"}, []string{"clusters"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t)
			w.write("multi-casskop.yaml", ring(t, "demo"))
			for _, file := range c.files {
				w.write(file, "# mine\n")
			}
			before := w.state(".")
			for _, want := range c.want {
				w.refused("error: " + want)
			}
			w.exits(2, "check")
			same(t, "the directory", before, w.state("."))
		})
	}
}

func TestRemovingARing(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", ring(t, "ring1"))
	w.ok()
	want := w.tree(".").under("base", "clusters")
	w.write("multi-casskop.yaml", rings(t, 2))
	w.ok()
	w.write("multi-casskop.yaml", ring(t, "ring1"))
	before := w.state(".")
	got := w.refused("clusters/k8s-cluster1/ring2/override.yaml:1: ring ring2 is rendered here and is not in the input [removed-cluster]; give all MultiCasskops of this tree in one run")
	if !strings.HasSuffix(got.stderr, "3 errors; nothing was written\n") {
		t.Errorf("expected an error for each cluster:\n%s", got.stderr)
	}
	same(t, "the directory", before, w.state("."))
	if got := w.ok("--allow", "removed-cluster"); !strings.HasSuffix(got.stdout, " 0 written, 26 unchanged, 23 removed\n") {
		t.Errorf("the report:\n%s", got.stdout)
	}
	same(t, "the tree", want, w.tree(".").under("base", "clusters"))
}

func TestRemovingACluster(t *testing.T) {
	t.Parallel()
	w := rendered(t)
	w.write("clusters/k8s-cluster3/mine.yaml", "# mine\n")
	w.edit("multi-casskop.yaml", w.read("multi-casskop.yaml")[strings.Index(w.read("multi-casskop.yaml"), "    k8s-cluster3:"):], "")
	before := w.state(".")
	w.refused("cluster k8s-cluster3 leaves ring demo: it is rendered in clusters/k8s-cluster3/demo [removed-cluster]")
	same(t, "the directory", before, w.state("."))
	w.ok("--allow", "removed-cluster", "--refresh-seeds")
	w.ok("-o", "fresh")
	want := w.tree("fresh")
	want["clusters/k8s-cluster3"], want["clusters/k8s-cluster3/mine.yaml"] = "folder", "# mine\n"
	same(t, "the tree", want.under("base", "clusters"), w.tree(".").under("base", "clusters"))
}

// Whoever can put a link into the repository must not make render write where the link leads.
func TestLinksAreNotWrittenThrough(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, target, moved string }{
		"the folder of a cluster leads out":    {path: "clusters/k8s-cluster1", target: "OUTSIDE/moved", moved: "moved"},
		"the folder of a ring leads elsewhere": {path: "clusters/k8s-cluster1/demo", target: "../k8s-cluster2/demo"},
		"the folder of a gate leads out":       {path: "clusters/k8s-cluster3/demo/gate", target: "OUTSIDE/moved", moved: "moved"},
		"the folder of Flux leads up":          {path: "clusters/k8s-cluster3/flux", target: "../.."},
		"a file leads out":                     {path: "clusters/k8s-cluster2/demo/override.yaml", target: "OUTSIDE/passwd"},
		"a file leads to another rendered one": {path: "clusters/k8s-cluster2/demo/override.yaml", target: "../../k8s-cluster1/demo/override.yaml"},
		"a file leads nowhere":                 {path: "clusters/k8s-cluster2/demo/override.yaml", target: "nowhere"},
		"a file leads nowhere outside":         {path: "clusters/k8s-cluster2/demo/override.yaml", target: "OUTSIDE/nowhere"},
		"base leads out":                       {path: "base", target: "OUTSIDE/moved", moved: "moved"},
		"base leads elsewhere in the tree":     {path: "base", target: "moved-base"},
		"clusters leads out":                   {path: "clusters", target: "OUTSIDE/moved", moved: "moved"},
		"the stage leads out":                  {path: ".casskop-gitops-stage", target: "OUTSIDE"},
		"the stage leads elsewhere":            {path: ".casskop-gitops-stage", target: "stage"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outside := newWorkspace(t)
			outside.write("passwd", "root:x:0:0\n")
			outside.write("journal", "1 \"multi-casskop.yaml\"\n")
			w := rendered(t)
			w.write("stage/journal", "1 \"multi-casskop.yaml\"\n")
			w.must(os.CopyFS(w.path("moved-base"), os.DirFS(w.path("base"))))
			if c.moved != "" {
				outside.must(os.CopyFS(outside.path(c.moved), os.DirFS(w.path(c.path))))
			}
			w.must(os.RemoveAll(w.path(c.path)))
			w.must(os.Symlink(strings.Replace(c.target, "OUTSIDE", outside.dir, 1), w.path(c.path)))
			w.write("multi-casskop.yaml", ring(t, "demo", "IMAGE=cassandra:4.0.5")) // every folder but flux has something to write
			if c.path == "clusters/k8s-cluster3/flux" {
				w.write("render.yaml", "apiVersion: casskop-gitops.dev/v1alpha1\nkind: RenderConfig\nflux: {interval: 7m}\n")
			}
			inside, before := w.state("."), outside.state(".")
			for _, args := range [][]string{nil, {"check"}, {"--allow", "removed-cluster,datacenter-renamed"}} {
				got := w.render(args...)
				if got.code == 0 || len(args) == 2 && (got.code != 2 || !strings.Contains(got.stderr, c.path)) {
					t.Errorf("render %v: exit code %d\n%s%s", args, got.code, got.stdout, got.stderr)
				}
				if text := got.stdout + got.stderr; strings.HasPrefix(c.target, "OUTSIDE/") && !strings.Contains(text, "path escapes from parent") {
					t.Errorf("render %v looked outside:\n%s", args, text)
				}
				same(t, "the directory", inside, w.state("."))
				same(t, "what is outside", before, outside.state("."))
			}
		})
	}
}

func TestFilesOfTheTreeAreNamedFromTheWorkingDirectory(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", ring(t, "demo"))
	w.write("deploy/base/demo/kustomization.yaml", "# mine\n")
	w.refused("error: deploy/base/demo/kustomization.yaml:1: ", "-o", "deploy")
}
