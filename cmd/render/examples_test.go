package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	got := newWorkspace(t).ok("version")
	if !regexp.MustCompile(`^render \S+ \(go1\.\S+, [a-z0-9]+/[a-z0-9]+\)\n$`).MatchString(got.stdout) {
		t.Errorf("version: %q", got.stdout)
	}
}

// Every example of every help text is run in a repository such as it is meant for, but those that need clusters: test/migration has some.
func TestExamplesInHelpRun(t *testing.T) {
	t.Parallel()
	template := repository(t)
	tools := t.TempDir()
	template.must(os.WriteFile(tools+"/dot", []byte("#!/bin/sh\nexec cat\n"), 0o755)) // Graphviz need not be there
	for _, command := range commands(newRootCommand(strings.NewReader(""), io.Discard, io.Discard)) {
		help := template.ok(append(strings.Fields(command), "--help")...)
		found := examples(help.stdout)
		if len(found) == 0 || help.stderr != "" {
			t.Errorf("render %s --help: no example in\n%s%s", command, help.stdout, help.stderr)
		}
		for _, example := range found {
			if strings.Contains(example, "--context") {
				continue
			}
			t.Run(example, func(t *testing.T) {
				t.Parallel()
				w := newWorkspace(t)
				w.must(os.CopyFS(w.dir, os.DirFS(template.dir)))
				cmd := exec.Command("bash", "-o", "pipefail", "-c", example)
				cmd.Dir = w.dir
				cmd.Env = append(environment(), "PATH="+tools+":"+filepath.Dir(binary)+":"+os.Getenv("PATH"))
				got := finish(t, cmd)
				if writes := !strings.HasPrefix(example, "render diff") && !strings.HasPrefix(example, "render check"); got.code > 1 || got.code > 0 && writes {
					t.Errorf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
				}
			})
		}
	}
}

// repository is a git repository with a rendered ring, a change of it since, more rings in a folder, and a remote branch.
func repository(t *testing.T) workspace {
	t.Helper()
	w := rendered(t)
	w.write("rings/demo.yaml", ring(t, "demo"))
	w.write("rings/other.yaml", ring(t, "other"))
	w.write("live.yaml", ring(t, "demo"))
	w.commit()
	w.git("update-ref", "refs/remotes/origin/main", "HEAD")
	w.write("multi-casskop.yaml", ring(t, "demo", "IMAGE=cassandra:4.0.5"))
	return w
}

// commands lists our commands as they are typed, with "" for render itself; completion and help are cobra's.
func commands(root *cobra.Command) []string {
	list := []string{""}
	for _, c := range root.Commands() {
		if name := c.Name(); name != "completion" && name != "help" {
			list = append(list, name)
		}
	}
	return list
}

// examples are the commands in the section of a help text that holds them.
func examples(help string) (found []string) {
	_, section, _ := strings.Cut(help, "\nExamples:\n")
	for line := range strings.Lines(section) {
		text, indented := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "  ")
		if text != "" && !indented {
			break
		}
		if strings.HasPrefix(text, "render") {
			found = append(found, text)
		}
	}
	return found
}
