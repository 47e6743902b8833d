package policy

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// result is what a run of kubectl gave.
type result struct {
	stdout, stderr string
	code           int
}

// kubectl runs kubectl as the administrator. env are additional variables, as NAME=value.
func kubectl(t *testing.T, c *bed.Cluster, env []string, args ...string) result {
	t.Helper()
	binary, err := bed.Binary("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+bed.KubeconfigFile(t, c.Config), "KUBECACHEDIR="+filepath.Join(c.Dir, "kubectl"))
	cmd.Env = append(cmd.Env, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// mustKubectl runs kubectl, which must succeed, and returns what it printed.
func mustKubectl(t *testing.T, args ...string) string {
	t.Helper()
	got := kubectl(t, clusters[0], nil, args...)
	if got.code != 0 {
		t.Fatalf("kubectl %v: exit %d\n%s%s", args, got.code, got.stdout, got.stderr)
	}
	return got.stdout
}
