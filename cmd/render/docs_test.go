package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/render"
	"github.com/casskop-gitops/casskop-gitops/test/docs"
)

const source = "../.."

func document(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(source, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestREADME runs the sessions of README.md one after the other in a clone of what they are about, and compares all of the output. Of render
// diff, README shows the part before the files.
func TestREADME(t *testing.T) {
	dir := sampleRepository(t)
	for _, b := range docs.RunBy(t) {
		commands, want := split(b.Text)
		var got string
		for _, command := range commands {
			// make render builds bin/render and runs it; the tests have a build of their own
			command = strings.NewReplacer("make render", binary, "bin/render", binary).Replace(command)
			cmd := exec.Command("sh", "-c", command+" 2>&1")
			cmd.Dir = dir
			got = finish(t, cmd).stdout
		}
		if strings.HasSuffix(commands[len(commands)-1], "diff") {
			got, _, _ = strings.Cut(got, "\n\n")
			got += "\n"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-README +run):\n%s", strings.Join(commands, "; "), diff)
		}
	}
}

// sampleRepository is a git repository with the sample.
func sampleRepository(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, command := range []string{
		"cp -r multi-casskop.yaml render.yaml base clusters " + dir,
		"git -C " + dir + " init -q",
		"git -C " + dir + " add .",
		"git -C " + dir + " -c user.name=a -c user.email=a@example.com commit -qm sample",
	} {
		cmd := exec.Command("sh", "-c", command)
		cmd.Dir = source
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", command, err, out)
		}
	}
	return dir
}

// split takes a session apart: the commands, and what the last one prints.
func split(session string) (commands []string, output string) {
	for line := range strings.Lines(session) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			commands = append(commands, strings.TrimSpace(command))
		} else {
			output += line
		}
	}
	return commands, output
}

func TestPictureInREADMEIsTheSample(t *testing.T) {
	cmd := exec.Command(binary, "graph", "-o", "svg")
	cmd.Dir = source
	if diff := cmp.Diff(document(t, "docs/images/rollout.svg"), finish(t, cmd).stdout); diff != "" {
		t.Errorf("docs/images/rollout.svg (-file +run):\n%s", diff)
	}
}

// TestDocsListEveryOption: each key of render.yaml, each flag, each command and each guard rail has its row.
func TestDocsListEveryOption(t *testing.T) {
	options := document(t, "docs/render.md")
	for _, key := range optionKeys(reflect.TypeFor[v1alpha1.RenderConfig](), "") {
		if !strings.Contains(options, "`"+key+"`") {
			t.Errorf("docs/render.md does not list option %s", key)
		}
	}
	root := newRootCommand(nil, nil, nil)
	for _, c := range append(root.Commands(), root) {
		if !strings.Contains(options, "`"+c.CommandPath()+"`") && c.Name() != "help" {
			t.Errorf("docs/render.md does not list %s", c.CommandPath())
		}
		flagsOf(c, func(f *pflag.Flag) {
			if f.Name != "help" && !strings.Contains(options, "--"+f.Name+"`") {
				t.Errorf("docs/render.md does not list --%s of %s", f.Name, c.CommandPath())
			}
		})
	}
	rails := document(t, "docs/guard-rails.md")
	for _, rule := range render.Rules() {
		if !strings.Contains(rails, "| `"+string(rule)+"` |") {
			t.Errorf("docs/guard-rails.md does not list %s", rule)
		}
	}
}

func flagsOf(c *cobra.Command, f func(*pflag.Flag)) {
	c.LocalFlags().VisitAll(f)
	c.PersistentFlags().VisitAll(f)
}

// optionKeys lists the keys of the options file down to the first value, list or map.
func optionKeys(of reflect.Type, prefix string) (keys []string) {
	for i := range of.NumField() {
		field := of.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			keys = append(keys, optionKeys(field.Type, prefix)...)
		case field.Type.Kind() == reflect.Struct:
			keys = append(keys, optionKeys(field.Type, prefix+name+".")...)
		default:
			keys = append(keys, prefix+name)
		}
	}
	return keys
}

func TestDocumentedCommands(t *testing.T) {
	docs.CheckCommands(t, func() *cobra.Command { return newRootCommand(nil, nil, nil) })
}
