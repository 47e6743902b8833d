// Command mutants breaks what keeps a ring safe, one thing at a time in a copy of the repository, and plays the end-to-end scenarios that
// must notice. It exits 1 if one does not. `make e2e-mutants` builds what it needs.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// mutant is one thing broken: in a file a text that is there once is replaced.
type mutant struct {
	name, file, old, new string
	// scenarios are those that are played. Each of them must fail, by its name.
	scenarios []string
}

// all are all scenarios.
var all = []string{".*"}

var mutants = []mutant{
	{
		"the gate always opens", "pkg/gate/decision.go",
		"func decide(facts Facts, waits []wait) Verdict {\n",
		"func decide(facts Facts, waits []wait) Verdict {\n\treturn Verdict{Open: true, Reason: ReasonRuleMet, Message: \"always\"}\n",
		all,
	},
	{
		"a cluster is ready before CassKop has taken its spec in", "pkg/casskop/readiness.go",
		"checkDeletion, checkCorrection, checkTakenIn, checkPhase, checkRacks,", "checkDeletion, checkCorrection, checkPhase, checkRacks,",
		[]string{"a change of the image, and one while CassKop is stopped"},
	},
	{
		"the gate does not see that CassKop refused a change", "pkg/casskop/readiness.go",
		"checkDeletion, checkCorrection, checkTakenIn,", "checkDeletion, checkTakenIn,",
		[]string{"CassKop refuses a change"},
	},
	{
		"the gate does not ask Flux", "pkg/gate/notify/reconcile.go",
		"func (n *Notifier) owed(g *v1alpha1.Gate) bool {\n", "func (n *Notifier) owed(g *v1alpha1.Gate) bool {\n\treturn false\n",
		[]string{"how soon a gate opens"},
	},
	{
		"the validating policy lets everything in", "base/gate/policies/validating-policy.yaml",
		"    expression: \"!request.dryRun\"", "    expression: \"false\"",
		[]string{"somebody breaks in"},
	},
	{
		"the mutating policy writes no seeds", "base/gate/policies/mutating-policy.yaml",
		"orValue('').split(',').exists(s, s.trim() != '')", "orValue('').split(',').exists(s, s == '?')",
		[]string{"first rollout of the sample ring"},
	},
	{
		"a cluster gets its own seeds only", "pkg/render/seeds.go",
		"\tentries := make([]any, len(list))\n",
		"\tvar own []string\n\tfor _, s := range list {\n\t\tif strings.Contains(s, \"-dc\"+c.Name[len(c.Name)-1:]+\"-\") {\n\t\t\town = append(own, s)\n\t\t}\n\t}\n" +
			"\tlist = own\n\tentries := make([]any, len(list))\n",
		[]string{"first rollout of the sample ring"},
	},
	{
		"Flux does not wait for the gate", "pkg/render/templates/flux.yaml",
		"  dependsOn:\n  - name: {{ .FluxGate }}\n", "",
		[]string{"somebody breaks in"},
	},
	{
		"Flux does not look at the Gate", "pkg/render/templates/flux.yaml",
		"  wait: true\n", "  wait: false\n",
		[]string{"somebody breaks in"},
	},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	only := regexp.MustCompile(strings.Join(os.Args[1:], "|"))
	var survivors []string
	for _, m := range mutants {
		if !only.MatchString(m.name) {
			continue
		}
		began := time.Now()
		green, red, err := m.play(root)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		fmt.Printf("%-60s %3.0f s, red: %s\n", m.name, time.Since(began).Seconds(), strings.Join(red, "; "))
		for _, scenario := range green {
			survivors = append(survivors, fmt.Sprintf("%s: scenario %q is green", m.name, scenario))
		}
	}
	if len(survivors) > 0 {
		return errors.New(strings.Join(survivors, "\n"))
	}
	return nil
}

// play plays the scenarios of a mutant in a copy of the repository.
func (m mutant) play(root string) (green, red []string, err error) {
	dir, err := os.MkdirTemp("", "casskop-gitops-mutant-")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := copyRepository(root, dir); err != nil {
		return nil, nil, err
	}
	if err := m.apply(dir); err != nil {
		return nil, nil, err
	}
	logs := filepath.Join(dir, "logs")
	if err := os.Mkdir(logs, 0o700); err != nil {
		return nil, nil, err
	}
	var names []string
	for _, scenario := range m.scenarios {
		names = append(names, strings.ReplaceAll(scenario, " ", "_"))
	}
	cmd := exec.Command("go", "test", "-json", "-timeout", "30m", "-run", "^TestEndToEnd$/^(together|alone)$/^("+strings.Join(names, "|")+")$", "./test/e2e")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+logs) // what fails leaves its logs, which go with it
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if failed := new(exec.ExitError); err != nil && !errors.As(err, &failed) {
		return nil, nil, err
	}
	green, red = outcomes(out)
	if len(green)+len(red) == 0 {
		return nil, nil, fmt.Errorf("no scenario was played:\n%s%s", out[max(0, len(out)-5000):], &stderr)
	}
	return green, red, nil
}

// apply breaks the thing.
func (m mutant) apply(dir string) error {
	file := filepath.Join(dir, m.file)
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if n := bytes.Count(content, []byte(m.old)); n != 1 {
		return fmt.Errorf("%s has %d times %q, want 1: has the code changed?", m.file, n, m.old)
	}
	return os.WriteFile(file, bytes.Replace(content, []byte(m.old), []byte(m.new), 1), 0o600)
}

// outcomes of the scenarios, from what `go test -json` prints.
func outcomes(out []byte) (green, red []string) {
	for line := range bytes.Lines(out) {
		var e struct{ Action, Test string }
		if json.Unmarshal(line, &e) != nil { // what the compiler prints
			continue
		}
		parts := strings.SplitN(e.Test, "/", 3)
		if len(parts) < 3 {
			continue
		}
		switch e.Action {
		case "pass":
			green = append(green, parts[2])
		case "fail":
			red = append(red, parts[2])
		}
	}
	slices.Sort(red)
	return green, red
}

// copyRepository copies the work tree, and takes the binaries of the test bed along.
func copyRepository(root, dir string) error {
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	names, err := list.Output()
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted, and not committed
		}
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return os.Symlink(filepath.Join(root, "bin"), filepath.Join(dir, "bin"))
}
