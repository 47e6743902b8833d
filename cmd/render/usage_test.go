package main

import (
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

func TestBadUsage(t *testing.T) {
	t.Parallel()
	rules := strings.Join(ruleNames(), ", ")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"an unknown flag":                    {[]string{"--bogus"}, "unknown flag: --bogus; see render --help"},
		"a mistyped flag":                    {[]string{"--stric"}, "unknown flag: --stric; did you mean --strict?; see render --help"},
		"an unknown flag of a command":       {[]string{"check", "--bogus"}, "unknown flag: --bogus; see render check --help"},
		"an unknown short flag":              {[]string{"diff", "-x"}, "unknown shorthand flag: 'x' in -x; see render diff --help"},
		"a flag without its value":           {[]string{"-f"}, "flag needs an argument: 'f' in -f; see render --help"},
		"a mistyped command":                 {[]string{"chek"}, `unexpected argument "chek": files are given with -f; did you mean check?; see render --help`},
		"a file without -f":                  {[]string{"multi-casskop.yaml"}, `unexpected argument "multi-casskop.yaml": files are given with -f; see render --help`},
		"an argument to a command":           {[]string{"check", "x.yaml"}, `unexpected argument "x.yaml": files are given with -f; see render check --help`},
		"an argument to version":             {[]string{"version", "x"}, `unexpected argument "x": files are given with -f; see render version --help`},
		"a shell that is not known":          {[]string{"completion", "tcsh"}, `unknown shell "tcsh": expected bash, fish, powershell or zsh; see render completion --help`},
		"an engine that is not known":        {[]string{"--sync", "helm"}, "--sync helm: expected flux, argocd or none"},
		"Argo CD without a repository":       {[]string{"--sync", "argocd"}, "argocd.repoURL: missing: Argo CD must know the repository that holds the tree; set it in render.yaml\n1 error; nothing was written"},
		"a guard rail that is not known":     {[]string{"--allow", "everything"}, "--allow everything: there is no such guard rail; there are: " + rules},
		"a format that is not known":         {[]string{"check", "--format", "xml"}, "--format xml: expected text or github"},
		"an options file that is not there":  {[]string{"--config", "none.yaml"}, "--config: open none.yaml: no such file or directory"},
		"an output directory that is a file": {[]string{"--out", "multi-casskop.yaml"}, "--out: open multi-casskop.yaml: not a directory"},
		"a local cluster without remotes": {[]string{"--local", "k8s-cluster1", "--remote", "k8s-cluster2"}, "multi-casskop.yaml:36:5: spec.override.k8s-cluster3: cluster k8s-cluster3 " +
			"has an override but no place in --local and --remote (k8s-cluster1, k8s-cluster2); add it there, or remove its override\n1 error; nothing was written"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t)
			w.write("multi-casskop.yaml", ring(t, "demo"))
			before := w.state(".")
			got := w.exits(2, c.args...)
			if want := "error: " + c.want + "\n"; got.stderr != want || got.stdout != "" {
				t.Errorf("standard error:\n%swant:\n%sstandard output:\n%s", got.stderr, want, got.stdout)
			}
			same(t, "the directory", before, w.state("."))
		})
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", ring(t, "demo"))
	w.exits(1, "check")
	w.exits(1, "diff")
	w.exits(0)
	for _, command := range []string{"check", "diff", "graph", "version"} {
		w.exits(0, command)
	}
	w.write("multi-casskop.yaml", ring(t, "demo", "IMAGE=cassandra:4.0.5"))
	w.exits(1, "check")
	w.exits(1, "diff")
	w.write("multi-casskop.yaml", "kind: Pod\n")
	for _, command := range []string{"check", "diff", "graph"} {
		w.exits(2, command)
	}
	w.exits(2)
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	for shell, start := range map[string]string{"bash": "# bash completion", "zsh": "#compdef render", "fish": "# fish completion for render"} {
		if got := w.ok("completion", shell); !strings.HasPrefix(got.stdout, start) || got.stderr != "" {
			t.Errorf("%s: %.60q, standard error %q", shell, got.stdout, got.stderr)
		}
	}
	for flag, c := range map[string]struct{ args, want []string }{
		"--allow":  {[]string{"--allow", ""}, ruleNames()},
		"--sync":   {[]string{"--sync", ""}, []string{"flux", "argocd", "none"}},
		"--format": {[]string{"check", "--format", ""}, []string{"text", "github"}},
	} {
		want := strings.Join(c.want, "\n") + "\n:4\n" // 4: no file names
		if got := w.ok(append([]string{"__complete"}, c.args...)...); got.stdout != want {
			t.Errorf("%s: got\n%swant\n%s", flag, got.stdout, want)
		}
	}
	if len(ruleNames()) != len(render.Rules()) || len(ruleNames()) < 10 {
		t.Errorf("rules: %v", ruleNames())
	}
}
