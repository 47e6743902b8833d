package render

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestBadInput holds all that is said about testdata/badinput/<case>.yaml against <case>.txt, a line each, as a user sees it.
// A first line "# flags: …" gives the flags of the run; render-yaml-<case> is read as render.yaml.
func TestBadInput(t *testing.T) {
	cases, err := filepath.Glob("testdata/badinput/*.yaml")
	if err != nil || len(cases) < 100 {
		t.Fatalf("want at least 100 cases, found %d: %v", len(cases), err)
	}
	for _, file := range cases {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			var said strings.Builder
			for _, p := range problemsOf(t, name, readFile(t, file)) {
				said.WriteString(p.String() + "\n")
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(said.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(readFile(t, golden)), said.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", golden, diff)
			}
		})
	}
}

func problemsOf(t *testing.T, name string, data []byte) Problems {
	t.Helper()
	if strings.HasPrefix(name, "render-yaml-") {
		config, problems := ParseConfig(Source{Name: "render.yaml", Data: data})
		if len(problems) == 0 {
			t.Errorf("want problems, got %+v", config)
		}
		return problems
	}
	plan, problems := Make([]Source{{Name: "multi-casskop.yaml", Data: data}}, flagsOf(t, data), fstest.MapFS{}, nil)
	if refused := len(problems.Refused()) > 0; refused != (plan == nil) {
		t.Errorf("want a plan or errors, got plan %v and %d problems", plan != nil, len(problems))
	}
	return problems
}

// flagsOf reads the flags that a case stands for from its first line.
func flagsOf(t *testing.T, data []byte) (opts Options) {
	t.Helper()
	line, _, _ := bytes.Cut(data, []byte("\n"))
	flags, given := strings.CutPrefix(string(line), "# flags: ")
	if !given {
		return opts
	}
	words := strings.Fields(flags)
	for i := 0; i < len(words); i++ {
		if words[i] == "--strict" {
			opts.Strict = true
			continue
		}
		if i+1 == len(words) {
			t.Fatalf("flag %s has no value", words[i])
		}
		value := words[i+1]
		switch words[i] {
		case "--local":
			opts.Local = value
		case "--remote":
			opts.Remotes = strings.Split(value, ",")
		case "--namespace":
			opts.Namespace = value
		case "--sync":
			opts.Config = DefaultConfig()
			opts.Config.Sync, opts.Config.ArgoCD.RepoURL = []string{value}, "https://git.example.com/rings.git"
		case "--allow":
			opts.Allow = append(opts.Allow, Rule(value))
		default:
			t.Fatalf("no such flag: %s", words[i])
		}
		i++
	}
	return opts
}
