package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/casskop-gitops/casskop-gitops/test/docs"
)

// pipeline is a bare repository, and a clone of it in which scripts/render-ci runs.
type pipeline struct {
	workspace
	bare string
}

// newPipeline has the input of a ring pushed, and its tree too, if it is rendered.
func newPipeline(t *testing.T, isRendered bool) *pipeline {
	t.Helper()
	bare := t.TempDir()
	p := &pipeline{newWorkspace(t), bare}
	p.git("init", "--quiet", "--bare", "--initial-branch=main", bare)
	p.git("init", "--quiet", "--initial-branch=main")
	p.git("remote", "add", "origin", bare)
	p.write("multi-casskop.yaml", ring(t, "demo"))
	if isRendered {
		p.ok()
	}
	p.push("Add the ring")
	return p
}

// push commits all there is, and pushes it.
func (p *pipeline) push(message string) {
	p.t.Helper()
	p.git("add", "--all")
	p.git("commit", "--quiet", "--message", message)
	p.git("push", "--quiet", "origin", "HEAD")
	p.git("fetch", "--quiet", "origin")
}

// ci runs the script, with KEY=VALUE in its environment.
func (p *pipeline) ci(want int, env string, args ...string) result {
	p.t.Helper()
	script, err := filepath.Abs("../../scripts/render-ci")
	p.must(err)
	cmd := exec.Command("bash", append([]string{script}, args...)...)
	cmd.Dir = p.dir
	cmd.Env = append(environment(), "GIT_AUTHOR_NAME=ci", "GIT_AUTHOR_EMAIL=ci@example.com", "GIT_COMMITTER_NAME=ci", "GIT_COMMITTER_EMAIL=ci@example.com")
	cmd.Env = append(cmd.Env, strings.Fields(env)...)
	got := finish(p.t, cmd)
	if got.code != want {
		p.t.Errorf("render-ci %v: want exit code %d, got %+v", args, want, got)
	}
	return got
}

// log is what the branch of the bare repository holds, newest first, as subjects.
func (p *pipeline) log() string {
	p.t.Helper()
	cmd := exec.Command("git", "-C", p.bare, "log", "--format=%s", "main")
	return finish(p.t, cmd).stdout
}

// TestPipelineCommits: a push of the input is rendered and committed; a second run does nothing; what is rejected leaves the branch alone.
func TestPipelineCommits(t *testing.T) {
	t.Parallel()
	p := newPipeline(t, false)
	got := p.ci(0, "", "commit")
	if !strings.HasPrefix(p.log(), "Render demo ") || !strings.Contains(got.stdout, " to main\n") {
		t.Errorf("after a push: %+v\n%s", got, p.log())
	}
	p.ok("check")
	before := p.log()
	if got := p.ci(0, "", "commit"); got.stdout != "the tree is what render writes: nothing to commit\n" || p.log() != before {
		t.Errorf("a second run: %+v\n%s", got, p.log())
	}
	p.write("multi-casskop.yaml", ring(t, "demo", "CAPACITY=40Gi"))
	p.push("Grow the disks")
	before = p.log()
	if got := p.ci(2, "", "commit"); !strings.Contains(got.stderr, "[data-capacity]") || p.log() != before {
		t.Errorf("a rejected input: %+v\n%s", got, p.log())
	}
	if status := finish(t, p.command("check")); status.code != 1 { // stale, as it was
		t.Errorf("the tree after a rejected input: %+v", status)
	}
	p.ci(0, "", "commit", "--allow", "data-capacity")
	p.ok("check")
}

// TestPipelineRendersWhatOthersPush: who was faster is not overwritten, and what they pushed is rendered too.
func TestPipelineRendersWhatOthersPush(t *testing.T) {
	t.Parallel()
	p := newPipeline(t, true)
	other := &pipeline{newWorkspace(t), p.bare}
	other.git("clone", "--quiet", p.bare, ".")
	other.write("multi-casskop.yaml", ring(t, "demo", "IMAGE=cassandra:4.0.6"))
	other.push("Another image")
	p.write("render.yaml", "apiVersion: casskop-gitops.dev/v1alpha1\nkind: RenderConfig\ngate: {stableFor: 2m}\n")
	p.git("add", "--all")
	p.git("commit", "--quiet", "--message", "Soak longer")
	p.ci(0, "", "commit")
	if got := strings.Split(p.log(), "\n"); len(got) < 3 || !strings.HasPrefix(got[0], "Render demo ") || got[1] != "Soak longer" || got[2] != "Another image" {
		t.Errorf("unexpected commits: %q", got)
	}
	p.ok("check")
	if gate := p.read("clusters/k8s-cluster2/demo/gate/gate.yaml"); !strings.Contains(gate, "stableFor: 2m") {
		t.Errorf("what was ours is not rendered:\n%s", gate)
	}
	if base := p.read("base/demo/cassandracluster.yaml"); !strings.Contains(base, "cassandra:4.0.6") {
		t.Errorf("what the other one pushed is not rendered:\n%s", base)
	}
}

// TestPipelineChecks pull requests against the branch that they go into, whether their tree is rendered or not.
func TestPipelineChecks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change   string
		rendered bool
		env      string
		code     int
		want     string // in stdout
	}{
		"a change that is rendered":                   {"IMAGE=cassandra:4.0.5", true, "", 0, "UpdateDockerImage"},
		"one that is not":                             {"IMAGE=cassandra:4.0.5", false, "", 1, "stale"},
		"one that is not, where the pipeline renders": {"IMAGE=cassandra:4.0.5", false, "RENDER_COMMITS=true", 0, "UpdateDockerImage"},
		"no change":                                   {"IMAGE=cassandra:4.0.4", true, "", 0, "```\nno difference\n```\n"},
		"a guard rail":                                {"CAPACITY=40Gi", false, "", 2, ""},
		"a guard rail that was passed when it was rendered": {"CAPACITY=40Gi", true, "", 2, ""},
		"a guard rail, for GitHub":                          {"CAPACITY=40Gi", false, "FORMAT=github", 2, "::error title=render,file=multi-casskop.yaml,line="},
		"a target that was not fetched":                     {"IMAGE=cassandra:4.0.5", true, "TARGET=origin/none", 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPipeline(t, true)
			p.git("checkout", "--quiet", "-b", "change")
			p.write("multi-casskop.yaml", ring(t, "demo", tt.change))
			if tt.rendered {
				p.ok("--allow", "data-capacity")
			}
			p.git("add", "--all")
			p.git("commit", "--quiet", "--allow-empty", "--message", "A change")
			before := p.state(".")
			got := p.ci(tt.code, tt.env, "check")
			if !strings.Contains(got.stdout, tt.want) || tt.code == 2 && got.stderr == "" {
				t.Errorf("want %q in %+v", tt.want, got)
			}
			same(t, "the work tree", before, p.state("."))
		})
	}
}

// TestPipelineUsage: what cannot be meant is refused, and changes nothing.
func TestPipelineUsage(t *testing.T) {
	t.Parallel()
	p := newPipeline(t, false)
	for want, args := range map[string][]string{
		"render-ci: expected check or commit; see the head of ": {},
		"render-ci: expected check or commit; see":              {"push"},
	} {
		if got := p.ci(2, "", args...); !strings.HasPrefix(got.stderr, want) {
			t.Errorf("%v: %+v", args, got)
		}
	}
	p.write("new", "")
	if got := p.ci(2, "", "commit"); got.stderr != "render-ci: the work tree has changes: expected a clean one\n" {
		t.Errorf("%+v", got)
	}
	p.push("A file")
	p.git("checkout", "--quiet", "--detach")
	if got := p.ci(2, "", "commit"); got.stderr != "render-ci: no branch is checked out\n" {
		t.Errorf("%+v", got)
	}
}

// TestPipelineDocs: each variable of the script, with its default, has its row in docs/pipeline.md.
func TestPipelineDocs(t *testing.T) {
	docs, script := document(t, "docs/pipeline.md"), document(t, "scripts/render-ci")
	variables := regexp.MustCompile(`\$\{([A-Z_]+):-([^}]*)\}`).FindAllStringSubmatch(script, -1)
	if len(variables) < 5 {
		t.Fatalf("found only %q in the script", variables)
	}
	for _, v := range variables {
		if row := "| `" + v[1] + "` | `" + v[2] + "` |"; !strings.Contains(docs, row) && v[1] != "DIFF" && v[2] != "" {
			t.Errorf("docs/pipeline.md has no row %s", row)
		}
	}
}

// workflow is what is read of one of GitHub's.
type workflow struct {
	On struct {
		Call struct {
			Inputs map[string]struct{ Required bool } `yaml:"inputs"`
		} `yaml:"workflow_call"`
	} `yaml:"on"`
	Jobs map[string]struct {
		Uses        string
		With        map[string]any
		Permissions map[string]string
	} `yaml:"jobs"`
}

// TestPipelineWorkflow: the workflow in docs/pipeline.md calls ours with the inputs that it has and the rights that it needs.
func TestPipelineWorkflow(t *testing.T) {
	for _, b := range docs.RunBy(t) {
		caller, called := &workflow{}, &workflow{}
		parse(t, b.Text, caller)
		job := caller.Jobs["rings"]
		path, found := strings.CutPrefix(job.Uses, "casskop-gitops/casskop-gitops/")
		path, _, pinned := strings.Cut(path, "@")
		if !found || !pinned {
			t.Fatalf("%s calls %q", b, job.Uses)
		}
		parse(t, document(t, path), called)
		for input := range job.With {
			if _, known := called.On.Call.Inputs[input]; !known {
				t.Errorf("%s gives %s an input %s, which it has not", b, path, input)
			}
		}
		for input, spec := range called.On.Call.Inputs {
			if spec.Required && job.With[input] == nil {
				t.Errorf("%s does not give %s its input %s", b, path, input)
			}
		}
		for name, needs := range called.Jobs {
			for what, right := range needs.Permissions {
				if given := job.Permissions[what]; given != right && given != "write" {
					t.Errorf("%s: job %s of %s needs %s: %s, it gets %q", b, name, path, what, right, given)
				}
			}
		}
	}
}

func parse(t *testing.T, text string, into *workflow) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}
