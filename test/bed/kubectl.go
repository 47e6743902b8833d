package bed

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Output is what a run of a program gave.
type Output struct {
	Stdout, Stderr string
	// Code is its exit code.
	Code int
}

// Kubectl runs kubectl as the administrator. env are additional variables, as NAME=value.
func (c *Cluster) Kubectl(t testing.TB, env []string, args ...string) Output {
	t.Helper()
	binary, err := Binary("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+KubeconfigFile(t, c.Config), "KUBECACHEDIR="+filepath.Join(c.Dir, "kubectl"))
	cmd.Env = append(cmd.Env, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return Output{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}
