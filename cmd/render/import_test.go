package main

import (
	"strings"
	"testing"
)

// importing is what import is given in these tests: a file, and no cluster. test/migration runs it with clusters.
var importing = []string{"import", "-f", "live.yaml", "--out", "tree", "-l", "k8s-cluster2", "-r", "k8s-cluster1", "-r", "k8s-cluster3"}

func TestImportOfAFile(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("live.yaml", ring(t, "demo"))
	got := w.ok(importing...)
	golden(t, "import/stdout.txt", got.stdout)
	golden(t, "import/multi-casskop.yaml", w.read("tree/multi-casskop.yaml"))
	golden(t, "import/render.yaml", w.read("tree/render.yaml"))
	w.dir = w.path("tree")
	report := w.ok().stdout
	if !strings.Contains(report, "1.  k8s-cluster2") {
		t.Errorf("want k8s-cluster2 first:\n%s", report)
	}
}

// TestImportReadsAList: kubectl prints a List, of JSON or YAML, when it is not given one name.
func TestImportReadsAList(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	indented := strings.ReplaceAll("\n"+strings.TrimSuffix(ring(t, "demo"), "\n"), "\n", "\n  ")
	w.write("live.yaml", "apiVersion: v1\nkind: List\nitems:\n-"+strings.TrimPrefix(indented, "\n ")+"\n- "+strings.TrimLeft(strings.ReplaceAll(indented, "demo", "other"), "\n ")+"\n")
	w.ok(append(importing, "other")...)
	if got := w.read("tree/multi-casskop.yaml"); !strings.Contains(got, "name: other") {
		t.Errorf("want ring other:\n%s", got)
	}
}

// TestImportRefuses: nothing is written.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	live := ring(t, "demo")
	tests := map[string]struct {
		live string
		args []string
		want string
	}{
		"no order":                     {live, []string{"import", "-f", "live.yaml"}, "the order of k8s-cluster1, k8s-cluster2, k8s-cluster3 is not known"},
		"a file that is there":         {live, []string{"import", "-f", "live.yaml", "--out", "there"}, "there/render.yaml is there already: choose another directory with --out, or give --force"},
		"another ring":                 {live, append(importing, "other"), "no MultiCasskop is named other, nor its ring; there are: demo"},
		"two rings named":              {live, append(importing, "a", "b"), "expected one RING, got 2; see render import --help"},
		"another kind":                 {strings.Replace(live, "kind: MultiCasskop", "kind: Gate", 1), importing, "live.yaml: kind is Gate, expected MultiCasskop"},
		"no YAML":                      {"{", importing, "live.yaml: "},
		"what render would refuse":     {strings.Replace(live, "nodesPerRacks: 2", "autoUpdateSeedList: true", 1), importing, "spec.base.spec.autoUpdateSeedList: true: "},
		"a context and contexts":       {live, []string{"import", "--context", "a", "--contexts", "b"}, "--context and --contexts exclude each other"},
		"no time":                      {live, []string{"import", "--kubeconfig", "kubeconfig", "--request-timeout", "0s"}, "--request-timeout 0s: want more than 0"},
		"no kubeconfig":                {live, []string{"import", "--kubeconfig", "none"}, "kubeconfig: stat none: no such file or directory"},
		"a context that is not there":  {live, append(importing, "--contexts", "x,y,z", "--kubeconfig", "kubeconfig"), `context "x" does not exist`},
		"as many contexts as clusters": {live, append(importing, "--contexts", "x", "--kubeconfig", "kubeconfig"), "--contexts names 1 context, ring demo has 3 clusters"},
		"contexts that are not named as the clusters": {live, append(importing, "--kubeconfig", "kubeconfig"), "name the context of each cluster with --contexts"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t)
			w.write("live.yaml", tt.live)
			w.write("there/render.yaml", "# mine\n")
			w.write("kubeconfig", "apiVersion: v1\nkind: Config\n")
			before := w.state(".")
			w.refused(tt.want, tt.args...)
			same(t, "the directory", before, w.state("."))
		})
	}
}

func TestImportWritesOverWithForce(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("live.yaml", ring(t, "demo"))
	w.write("tree/render.yaml", "# mine\n")
	w.ok(append(importing, "--force")...)
	if got := w.read("tree/render.yaml"); strings.Contains(got, "mine") {
		t.Errorf("want the imported options, got\n%s", got)
	}
}
