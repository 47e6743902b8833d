package bed

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// GateOptions say how a controller is started.
type GateOptions struct {
	// Kubeconfig is the file that --kubeconfig names, see KubeconfigFile.
	Kubeconfig string
	// Namespaces are the values of --namespace. Empty: all namespaces.
	Namespaces []string
	// LeaderElect is --leader-elect.
	LeaderElect bool
	// Supervise starts it again whenever it ends by itself or is killed, as a kubelet does, though sooner: after 0.1 s, doubled with
	// each end within 10 s, up to 2 s.
	Supervise bool
	// Args are further arguments.
	Args []string
}

// GateProcess is a running controller: `gate run`. It is stopped after the test. Its methods may be called from any goroutine.
type GateProcess struct {
	// LogFile is what it prints: JSON lines at level debug. It stays when the test fails.
	LogFile string
	// Metrics and Health are the addresses it serves at, as host:port, the same after a restart.
	Metrics, Health string

	process   *Process
	supervise bool

	mu       sync.Mutex
	stopped  bool // by Stop, so not to be started again
	restarts int
}

// StartGate builds cmd/gate at its first call, see Program, and starts a controller. It does not wait until it is ready.
func StartGate(t testing.TB, o GateOptions) *GateProcess {
	t.Helper()
	binary, err := Program("gate")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(Scratch(), "gate-")
	if err != nil {
		t.Fatal(err)
	}
	g := &GateProcess{LogFile: filepath.Join(dir, "gate.log"), Metrics: NewAddress(), Health: NewAddress(), supervise: o.Supervise}
	args := []string{"run", "--kubeconfig=" + o.Kubeconfig, "--leader-elect=" + strconv.FormatBool(o.LeaderElect),
		"--metrics-bind-address=" + g.Metrics, "--health-probe-bind-address=" + g.Health, "--log-level=debug", "--log-format=json"}
	for _, namespace := range o.Namespaces {
		args = append(args, "--namespace="+namespace)
	}
	g.process = &Process{Path: binary, Args: append(args, o.Args...), Log: g.LogFile}
	t.Cleanup(func() {
		if err := g.Stop(); err != nil {
			t.Error(err)
		}
		if err := leaksInFile(g.LogFile); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the log of gate is in %s", g.LogFile)
		} else if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := g.Start(); err != nil {
		t.Fatal(err)
	}
	return g
}

// Start starts it again after Stop or, when it is not supervised, after Kill.
func (g *GateProcess) Start() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = false
	if err := g.process.Start(); err != nil {
		return err
	}
	if g.supervise {
		go g.keep(g.process.Done())
	}
	return nil
}

// Stop ends it with SIGTERM and waits for the end. It does nothing when it does not run.
func (g *GateProcess) Stop() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	return g.process.End(syscall.SIGTERM)
}

// Kill ends it with SIGKILL and waits for the end. A supervised one comes back.
func (g *GateProcess) Kill() error { return g.process.End(syscall.SIGKILL) }

// Pause keeps it from running (SIGSTOP) until Resume. Its connections stay open.
func (g *GateProcess) Pause() error { return g.process.Signal(syscall.SIGSTOP) }

// Resume ends Pause.
func (g *GateProcess) Resume() error { return g.process.Signal(syscall.SIGCONT) }

// PID is its process id.
func (g *GateProcess) PID() int { return g.process.PID() }

// WaitReady waits until /readyz of its health endpoint answers 200.
func (g *GateProcess) WaitReady(t testing.TB) {
	t.Helper()
	WaitFor(t, 30*time.Second, "gate is ready", func() (bool, string) {
		response, err := http.Get("http://" + g.Health + "/readyz")
		if err != nil {
			return false, err.Error()
		}
		_ = response.Body.Close() // nothing was read from it
		return response.StatusCode == http.StatusOK, response.Status
	})
}
