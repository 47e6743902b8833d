package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", ring(t, "demo")+"---\n"+ring(t, "other"))
	golden(t, "render/new.txt", w.ok().stdout)
	golden(t, "render/tree.txt", strings.Join(slices.Sorted(maps.Keys(w.tree("."))), "\n")+"\n")
	before := w.state(".")
	golden(t, "render/again.txt", w.ok().stdout)
	same(t, "the directory after a second run", before, w.state("."))
	w.write("multi-casskop.yaml", ring(t, "demo", "IMAGE=cassandra:4.0.5"))
	golden(t, "render/changed.txt", w.ok("--allow", "removed-cluster").stdout)
}

func TestASecondRunTouchesOnlyWhatChanges(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", rings(t, 2))
	w.ok()
	before := w.state(".")
	w.write("multi-casskop.yaml", ring(t, "ring1")+"---\n"+ring(t, "ring2", "IMAGE=cassandra:4.0.5"))
	w.ok()
	after := w.state(".")
	for _, folder := range []string{"base/ring1", "clusters/k8s-cluster1/ring1", "clusters/k8s-cluster2/flux"} {
		same(t, folder, before.under(folder), after.under(folder))
	}
	if name := "base/ring2/cassandracluster.yaml"; before[name] == after[name] {
		t.Errorf("%s was not written", name)
	}
}

func TestOutIsMade(t *testing.T) {
	t.Parallel()
	w := rendered(t)
	w.ok("--out", "not/there/yet")
	same(t, "the tree", w.tree(".").under("base", "clusters"), w.tree("not/there/yet").under("base", "clusters"))
	w.ok("check", "--out", "not/there/yet")
	w.exits(1, "check", "--out", "nor/this")
	w.exits(1, "diff", "--out", "nor/this")
	w.ok("graph", "--out", "nor/this")
	if _, made := w.tree(".")["nor"]; made {
		t.Error("check, diff or graph made the output directory")
	}
}

func TestOrderOfTheRollout(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", ring(t, "demo"))
	for want, args := range map[string][]string{
		"1. k8s-cluster1 2. k8s-cluster2 3. k8s-cluster3": nil,
		"1. k8s-cluster3 2. k8s-cluster1 3. k8s-cluster2": {"--local", "k8s-cluster3", "--remote", "k8s-cluster1,k8s-cluster2"},
		"1. k8s-cluster2 2. k8s-cluster3 3. k8s-cluster1": {"--local", "k8s-cluster2", "--remote", "k8s-cluster3", "--remote", "k8s-cluster1"},
	} {
		var order []string
		for line := range strings.Lines(w.ok(args...).stdout) {
			if fields := strings.Fields(line); strings.HasSuffix(fields[0], ".") {
				order = append(order, fields[0], fields[1])
			}
		}
		if got := strings.Join(order, " "); got != want {
			t.Errorf("render %v: got %s, want %s", args, got, want)
		}
	}
}

func TestNamespace(t *testing.T) {
	t.Parallel()
	const object = "clusters/k8s-cluster2/demo/kustomization.yaml"
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", ring(t, "demo"))
	w.edit("multi-casskop.yaml", "  namespace: cassandra\n", "")
	w.refused("multi-casskop.yaml:20:5: spec.override.k8s-cluster1.metadata.namespace: no namespace for cluster k8s-cluster1; set it in the override, in spec.base, in the MultiCasskop's own metadata, or with --namespace")
	w.ok("--namespace", "elsewhere")
	if text := w.read(object); !strings.Contains(text, "\nnamespace: elsewhere\n") {
		t.Errorf("%s:\n%s", object, text)
	}
	w.write("multi-casskop.yaml", ring(t, "demo"))
	w.ok("-n", "elsewhere", "-o", "own")
	if text := w.read("own/" + object); !strings.Contains(text, "\nnamespace: cassandra\n") {
		t.Errorf("--namespace came before the MultiCasskop's own:\n%s", text)
	}
}

func TestSyncNoneTakesTheFluxFilesAway(t *testing.T) {
	t.Parallel()
	w := rendered(t)
	w.write("clusters/k8s-cluster1/flux/flux-system/gotk-sync.yaml", "# Flux's own\n")
	w.write("clusters/k8s-cluster2/flux/own.yaml", "# mine\n")
	if got := w.ok("--sync", "none"); !strings.HasSuffix(got.stdout, " 6 removed\n") {
		t.Errorf("the report:\n%s", got.stdout)
	}
	w.ok("--sync", "none", "-o", "fresh")
	want := w.tree("fresh")
	for name := range want {
		if strings.Contains(name, "flux") {
			t.Errorf("--sync none wrote %s", name)
		}
	}
	for _, name := range []string{"clusters/k8s-cluster1/flux/flux-system/gotk-sync.yaml", "clusters/k8s-cluster2/flux/own.yaml"} {
		want[name] = w.read(name) // not ours
	}
	for _, name := range []string{"clusters/k8s-cluster1/flux", "clusters/k8s-cluster1/flux/flux-system", "clusters/k8s-cluster2/flux"} {
		want[name] = "folder"
	}
	same(t, "the tree", want.under("base", "clusters"), w.tree(".").under("base", "clusters"))
}

func TestStrict(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", ring(t, "demo"))
	w.edit("multi-casskop.yaml", "      nodesPerRacks: 2\n", "      nodesPerRacks: 2\n      deletePvc: true\n")
	if got := w.refused("multi-casskop.yaml:16:18: spec.base.spec.deletePvc: true: unknown field", "--strict"); !strings.Contains(got.stderr, "did you mean deletePVC?") {
		t.Errorf("no suggestion: %s", got.stderr)
	}
	if got := w.ok(); !strings.HasPrefix(got.stderr, "multi-casskop.yaml:16:18: warning: spec.base.spec.deletePvc: true: unknown field, kept as it is") {
		t.Errorf("no warning: %s", got.stderr)
	}
}

func TestAllowPassesAGuardRail(t *testing.T) {
	t.Parallel()
	w := rendered(t)
	w.write("multi-casskop.yaml", ring(t, "demo", "CAPACITY=40Gi"))
	before := w.state(".")
	got := w.refused("[data-capacity]")
	if !strings.Contains(got.stderr, "to pass: --allow data-capacity\n") || !strings.HasSuffix(got.stderr, "\n3 errors; nothing was written\n") {
		t.Errorf("refused with\n%s", got.stderr)
	}
	w.refused("[data-capacity]", "--allow", "storage-class")
	same(t, "the directory", before, w.state("."))
	if got := w.ok("--allow", "data-capacity"); !strings.Contains(got.stderr, ": warning: ") {
		t.Errorf("passed without a warning: %s", got.stderr)
	}
	if text := w.read("base/demo/cassandracluster.yaml"); !strings.Contains(text, "dataCapacity: 40Gi\n") {
		t.Errorf("not written:\n%s", text)
	}
}

func TestAgainstACommit(t *testing.T) {
	t.Parallel()
	w := rendered(t)
	w.refused("--against HEAD: git ls-tree: exit status 128: fatal: not a git repository", "--against", "HEAD")
	w.commit()
	w.ok("--against", "HEAD")
	w.write("multi-casskop.yaml", ring(t, "demo", "CAPACITY=40Gi"))
	w.ok("--allow", "data-capacity")
	w.ok("check")
	if got := w.exits(1, "check", "--against", "HEAD"); strings.Count(got.stdout, "[data-capacity]") != 3 || got.stderr != "3 findings\n" {
		t.Errorf("check --against HEAD:\n%s%s", got.stdout, got.stderr)
	}
	before := w.state(".")
	w.refused("[data-capacity]", "--against", "HEAD")
	w.refused("--against nope: git ls-tree: exit status 128: fatal: Not a valid object name nope", "--against", "nope")
	w.refused("error: --against --output=x: expected a commit\n", "check", "--against", "--output=x")
	same(t, "the directory", before, w.state("."))
	w.commit()
	w.ok("check", "--against", "HEAD")
	w.exits(1, "check", "--against", "HEAD~1")
}

// A pull request that removes a ring is seen against its target, also where the tree is in a folder of the repository.
func TestAgainstACommitInAFolderOfTheRepository(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.commitEmpty()
	w.write("multi-casskop.yaml", rings(t, 2))
	w.ok("-o", "deploy")
	w.ok("check", "-o", "deploy", "--against", "HEAD")
	w.commit()
	w.write("multi-casskop.yaml", ring(t, "ring1"))
	w.ok("-o", "deploy", "--allow", "removed-cluster")
	w.ok("check", "-o", "deploy")
	if got := w.exits(1, "check", "-o", "deploy", "--against", "HEAD"); strings.Count(got.stdout, "ring ring2 is rendered here and is not in the input [removed-cluster]") != 3 {
		t.Errorf("check --against HEAD:\n%s", got.stdout)
	}
}
