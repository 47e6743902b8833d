package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// inputs is a workspace with three rings in files of their own, in one file, and in a folder with other things beside them.
func inputs(t *testing.T) workspace {
	t.Helper()
	w := newWorkspace(t)
	a, b, c := ring(t, "a"), ring(t, "b"), ring(t, "c")
	asJSON, err := yaml.YAMLToJSON([]byte(c))
	w.must(err)
	w.write("all.yaml", a+"---\n"+b+"---\n"+c)
	for _, folder := range []string{"", "rings/"} {
		w.write(folder+"a.yaml", a)
		w.write(folder+"b.yml", b)
		w.write(folder+"c.json", string(asJSON))
	}
	w.write("rings/README.md", "no: [YAML")
	w.write("rings/a.yaml.orig", "no: [YAML")
	w.write("rings/old/d.yaml", ring(t, "d"))
	w.write("rings/e.yaml/e.yaml", ring(t, "e"))
	return w
}

func TestTheSameRingsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	w := inputs(t)
	w.ok("-f", "all.yaml", "-o", "want")
	want := w.tree("want")
	for name, c := range map[string]struct {
		args  []string
		stdin string
	}{
		"a file each":                        {args: []string{"-f", "a.yaml", "-f", "b.yml", "-f", "c.json"}},
		"another order":                      {args: []string{"-f", "c.json", "-f", "a.yaml", "-f", "b.yml"}},
		"a directory":                        {args: []string{"-f", "rings"}},
		"a directory with a slash":           {args: []string{"-f", "rings/"}},
		"a directory by its whole name":      {args: []string{"-f", w.path("rings")}},
		"the same file twice":                {args: []string{"-f", "all.yaml", "-f", "./all.yaml"}},
		"a directory and a file in it":       {args: []string{"-f", "rings/b.yml", "-f", "rings"}},
		"standard input":                     {args: []string{"-f", "-"}, stdin: w.read("all.yaml")},
		"standard input beside files":        {args: []string{"-f", "a.yaml", "-f", "-", "-f", "b.yml"}, stdin: w.read("c.json")},
		"documents in another order":         {args: []string{"-f", "-"}, stdin: w.read("c.json") + "\n---\n" + w.read("b.yml") + "---\n" + w.read("a.yaml")},
		"Windows line ends, empty documents": {args: []string{"-f", "-"}, stdin: "---\r\n" + strings.ReplaceAll(w.read("all.yaml"), "\n", "\r\n") + "---\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := t.TempDir()
			cmd := w.command(append(c.args, "-o", out)...)
			cmd.Stdin = strings.NewReader(c.stdin)
			if got := finish(t, cmd); got.code != 0 {
				t.Fatalf("exit code %d\n%s", got.code, got.stderr)
			}
			same(t, "the tree", want, workspace{t, out}.tree("."))
		})
	}
}

func TestAHundredRunsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	w := inputs(t)
	files := []string{"a.yaml", "b.yml", "c.json"}
	first := w.ok("-f", "all.yaml", "-o", "run0")
	want := w.tree("run0")
	for i := range 99 {
		rand.New(rand.NewPCG(1, uint64(i))).Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		out := fmt.Sprintf("run%d", i+1)
		got := w.ok("-f", files[0], "-f", files[1], "-f", files[2], "-o", out)
		if same(t, out, want, w.tree(out)); got != first || t.Failed() {
			t.Fatalf("run %d of %v said\n%s%swant\n%s%s", i+1, files, got.stdout, got.stderr, first.stdout, first.stderr)
		}
	}
}

func TestOptionsFileBesideTheRings(t *testing.T) {
	t.Parallel()
	const config = "apiVersion: casskop-gitops.dev/v1alpha1\nkind: RenderConfig\nsync: [none]\n"
	w := newWorkspace(t)
	w.write("demo.yaml", ring(t, "demo"))
	w.write("render.yaml", config)
	for i, dir := range []string{".", "./", w.dir, "../" + w.path("")[strings.LastIndex(w.dir, "/")+1:]} {
		out := fmt.Sprintf("out%d", i)
		w.ok("-f", dir, "-o", out)
		if _, flux := w.tree(out)["clusters/k8s-cluster1/flux"]; flux {
			t.Errorf("-f %s: render.yaml was not obeyed", dir)
		}
	}
	w.write("other/options.yaml", config)
	w.write("other/demo.yaml", ring(t, "demo"))
	w.ok("-f", "other", "--config", "other/options.yaml", "-o", "out-other")
	w.refused(`other/options.yaml:2:7: kind: "RenderConfig": expected kind: MultiCasskop`, "-f", "other", "-o", "out-none")
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	const hint = "; render reads MultiCasskops only; keep other objects in other files\n1 error; nothing was written\n"
	for name, c := range map[string]struct {
		args  []string
		stdin string
		want  string
	}{
		"a file that is not there":       {args: []string{"-f", "none.yaml"}, want: "-f none.yaml: no such file or directory; go to the directory that has it, or name the MultiCasskop with -f FILE\n"},
		"a directory without manifests":  {args: []string{"-f", "empty"}, want: "-f empty: no .yaml, .yml or .json file in this directory\n"},
		"nothing on standard input":      {args: []string{"-f", "-"}, want: "<stdin>: no MultiCasskop found: expected at least one document of kind MultiCasskop\n1 error; nothing was written\n"},
		"a document of another kind":     {args: []string{"-f", "-"}, stdin: "apiVersion: v1\nkind: Secret\n", want: `<stdin>:2:7: kind: "Secret": expected kind: MultiCasskop` + hint},
		"a document without a kind":      {args: []string{"-f", "-"}, stdin: "apiVersion: v1\n", want: `<stdin>:1:1: kind: expected kind: MultiCasskop` + hint},
		"another kind after a good ring": {args: []string{"-f", "new.yaml", "-f", "-"}, stdin: "kind: List\n", want: `<stdin>:1:7: kind: "List": expected kind: MultiCasskop` + hint},
		"the same ring in two files":     {args: []string{"-f", "new.yaml", "-f", "copy.yaml"}, want: "new.yaml:12:13: spec.base.metadata.name: \"demo\": ring demo is in copy.yaml:12:13 already; a ring's name is that of its folders: choose another, or render the two into different trees with --out\n1 error; nothing was written\n"},
		"a field of the wrong type":      {args: []string{"-f", "typed.yaml"}, want: ""},
		"a document that is not YAML":    {args: []string{"-f", "broken.yaml"}, want: ""},
		"two errors, each said once":     {args: []string{"-f", "typed.yaml", "-f", "broken.yaml"}, want: ""},
		"a bad options file":             {args: []string{"-f", "new.yaml", "--config", "config.yaml"}, want: ""},
		"the output in a file's place":   {args: []string{"-f", "new.yaml", "-o", "new.yaml/out"}, want: "--out: open new.yaml/out: not a directory\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := rendered(t)
			changed := ring(t, "demo", "IMAGE=cassandra:4.0.5")
			w.write("new.yaml", changed)
			w.write("copy.yaml", changed)
			w.write("typed.yaml", ring(t, "typed", "IMAGE=[1]"))
			w.write("broken.yaml", "kind: MultiCasskop\n  bad: [\n")
			w.write("config.yaml", "apiVersion: casskop-gitops.dev/v1alpha1\nkind: RenderConfig\nsink: [none]\n")
			w.must(os.Mkdir(w.path("empty"), 0o755))
			before := w.state(".")
			for _, out := range []string{".", "new/deep"} {
				args := c.args
				if args[len(args)-2] != "-o" {
					args = append(args, "-o", out)
				}
				cmd := w.command(args...)
				cmd.Stdin = strings.NewReader(c.stdin)
				got := finish(t, cmd)
				said(t, c.want, got)
				same(t, "the directory, with --out "+out, before, w.state("."))
			}
		})
	}
}

// said expects exit code 2 and an error: exactly want, or if there is none, lines that name a place, each once.
func said(t *testing.T, want string, got result) {
	t.Helper()
	lines := strings.SplitAfter(strings.TrimSuffix(got.stderr, "\n"), "\n")
	seen := map[string]bool{}
	for _, line := range lines {
		if seen[line] {
			t.Errorf("said twice: %s", line)
		}
		seen[line] = true
	}
	if got.code != 2 || got.stdout != "" || !strings.HasPrefix(got.stderr, "error: ") || want != "" && got.stderr != "error: "+want {
		t.Errorf("exit code %d\n%swant\nerror: %sstandard output: %s", got.code, got.stderr, want, got.stdout)
	}
	if want == "" && !strings.Contains(lines[0], ".yaml:") {
		t.Errorf("the error names no place: %s", lines[0])
	}
}
