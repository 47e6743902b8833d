package fluxbed

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// stopTime is how long kustomize-controller may take to end, before it is killed: it waits for health checks that may take minutes.
const stopTime = 2 * time.Second

// run starts kustomize-controller with its defaults, but for ports, until the test ends. It returns its log.
func run(t testing.TB, cluster *bed.Cluster) (logFile string) {
	t.Helper()
	binary := filepath.Join(bed.Root(), "bin/kustomize-controller") // KUBEBUILDER_ASSETS never has it
	if _, err := os.Stat(binary); err != nil {
		t.Fatal(fmt.Errorf("%w: run `make bin/kustomize-controller` once", err))
	}
	logFile = filepath.Join(cluster.Dir, "kustomize-controller.log")
	log, err := os.Create(logFile)
	must(t, err)
	cmd := exec.Command(binary, "--watch-all-namespaces", "--metrics-addr=0", "--health-addr=0")
	// it deletes what it finds of others in the temporary folder
	cmd.Env = append(os.Environ(), "KUBECONFIG="+bed.KubeconfigFile(t, cluster.Config), "RUNTIME_NAMESPACE="+Namespace, "TMPDIR="+t.TempDir())
	cmd.Stdout, cmd.Stderr = log, log
	exited, err := start(cmd)
	must(t, errors.Join(err, log.Close())) // it has its own
	t.Cleanup(func() { stop(cmd, exited) })
	return logFile
}

// start begins a program that the kernel kills when this process dies. exited is closed when it has ended.
func start(cmd *exec.Cmd) (exited chan struct{}, err error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	exited, started := make(chan struct{}), make(chan error)
	go func() {
		defer close(exited)
		runtime.LockOSThread() // the kernel sends Pdeathsig when the thread that began the program ends
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in its log
		}
	}()
	return exited, <-started
}

func stop(cmd *exec.Cmd, exited <-chan struct{}) {
	_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case <-exited:
	case <-time.After(stopTime):
		_ = cmd.Process.Kill() // it may have ended meanwhile
		<-exited
	}
}
