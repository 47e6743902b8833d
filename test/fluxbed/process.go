package fluxbed

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// stopTime is how long kustomize-controller may take to end, before it is killed: it waits for health checks that may take minutes.
const stopTime = 2 * time.Second

// run starts kustomize-controller with its defaults, but for ports and more arguments, until the test ends.
func run(t testing.TB, cluster *bed.Cluster, args []string) *bed.Process {
	t.Helper()
	binary := filepath.Join(bed.Root(), "bin/kustomize-controller") // KUBEBUILDER_ASSETS never has it
	if _, err := os.Stat(binary); err != nil {
		t.Fatal(fmt.Errorf("%w: run `make bin/kustomize-controller` once", err))
	}
	p := &bed.Process{
		Path: binary, Args: append([]string{"--watch-all-namespaces", "--metrics-addr=0", "--health-addr=0"}, args...),
		// it deletes what it finds of others in the temporary folder
		Env:     append(os.Environ(), "KUBECONFIG="+bed.KubeconfigFile(t, cluster.Config), "RUNTIME_NAMESPACE="+Namespace, "TMPDIR="+t.TempDir()),
		Log:     filepath.Join(cluster.Dir, "kustomize-controller.log"),
		EndTime: stopTime,
	}
	must(t, p.Start())
	t.Cleanup(func() { _ = p.End(syscall.SIGTERM) }) // one that took too long was killed
	return p
}

// Restart kills kustomize-controller (SIGKILL) and starts it again.
func (f *Flux) Restart(t testing.TB) {
	t.Helper()
	must(t, f.process.End(syscall.SIGKILL))
	must(t, f.process.Start())
}
