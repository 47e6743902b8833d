package main

import (
	"os"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

func TestCheckFindings(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("multi-casskop.yaml", rings(t, 2))
	w.ok()
	w.write("multi-casskop.yaml", ring(t, "ring1", "IMAGE=cassandra:4.0.5"))
	w.edit("clusters/k8s-cluster1/ring1/gate/policy-binding.yaml", "Action: Deny\n", "Action: Allow\n") // edited by hand
	w.edit("clusters/k8s-cluster2/ring2/gate/policy-binding.yaml", "Action: Deny\n", "Action: Allow\n") // and no longer wanted
	w.write("clusters/k8s-cluster3/ring1/kustomization.yaml", w.read("clusters/k8s-cluster3/ring1/kustomization.yaml")+"# the end\n")
	w.must(os.Remove(w.path("clusters/k8s-cluster2/ring1/gate/rbac.yaml")))
	before := w.state(".")
	for file, args := range map[string][]string{"text": nil, "allowed": {"--allow", "removed-cluster"}, "github": {"--format", "github"}} {
		got := w.exits(1, append([]string{"check"}, args...)...)
		golden(t, "check/"+file+".txt", got.stdout+got.stderr)
	}
	same(t, "the directory", before, w.state("."))
	w.ok("--allow", "removed-cluster")
	if got := w.ok("check"); got.stdout != "" || got.stderr != "26 files as rendered\n" {
		t.Errorf("after render: %q, %q", got.stdout, got.stderr)
	}
}

// A workflow command ends at the first line end, and its properties at a comma or a colon.
func TestCheckEscapesForGitHub(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.write("a,b: 100%.yaml", ring(t, "demo"))
	w.ok("-f", "a,b: 100%.yaml", "-o", "out, 50%:")
	w.write("a,b: 100%.yaml", ring(t, "demo", "CAPACITY=40Gi"))
	golden(t, "check/escaped.txt", w.exits(1, "check", "--format", "github", "-f", "a,b: 100%.yaml", "-o", "out, 50%:").stdout)
	w.write("a,b: 100%.yaml", "kind: \"Pod\\r\\n::error::x\"\n")
	golden(t, "check/escaped-bad-input.txt", w.exits(2, "check", "--format", "github", "-f", "a,b: 100%.yaml", "-o", "out, 50%:").stdout)

	want := "::warning title=render check,file=a%0A%2C%3A%25,line=3,col=4::one, two:%0D%0A::error::100%25"
	if got := githubAnnotation(render.Problem{File: "a\n,:%", Line: 3, Column: 4, Message: "one, two:\r\n::error::100%", Warning: true}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
