//go:build argocd

package argocd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestHealth: Argo CD itself says of each object in the tests of base/argocd what they want, with the ConfigMap that base/argocd makes.
func TestHealth(t *testing.T) {
	built, err := bed.Build(filepath.Join(bed.Root(), "base/argocd"))
	must(t, err)
	settings := filepath.Join(t.TempDir(), "argocd-cm.yaml")
	must(t, os.WriteFile(settings, built, 0o600))
	files, err := filepath.Glob(filepath.Join(bed.Root(), "base/argocd/health/*/*/health_test.yaml"))
	must(t, err)
	if len(files) != 2 {
		t.Fatalf("want the tests of Gate and CassandraCluster, found %q", files)
	}
	for _, file := range files {
		for input, want := range healthTests(t, file) {
			t.Run(filepath.Base(filepath.Dir(file))+" "+filepath.Base(input), func(t *testing.T) {
				if diff := cmp.Diff(want, health(t, settings, input)); diff != "" {
					t.Errorf("health (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// healthTests reads a file of Argo CD's format: inputs, and what is to be said of them.
func healthTests(t *testing.T, file string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(file)
	must(t, err)
	var suite struct {
		Tests []struct {
			InputPath    string
			HealthStatus struct{ Status, Message string }
		}
	}
	must(t, yaml.Unmarshal(content, &suite))
	tests := map[string]string{}
	for _, test := range suite.Tests {
		tests[filepath.Join(filepath.Dir(file), test.InputPath)] = fmt.Sprintf("STATUS: %s\nMESSAGE: %s\n", test.HealthStatus.Status, test.HealthStatus.Message)
	}
	return tests
}

func health(t *testing.T, settings, input string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(bed.Root(), "bin/argocd"), "admin", "settings", "resource-overrides", "health", input,
		"--argocd-cm-path", settings, "--load-cluster-settings=false")
	cmd.Env = append(os.Environ(), "ARGOCD_BINARY_NAME=argocd", "HOME="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
