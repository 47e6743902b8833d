package bed

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// endTime is how long a process may take to end after a signal, before it is killed.
const endTime = 20 * time.Second

// Process is a program that can be stopped hard, softly or for a while, and started again with the same arguments. The kernel kills it
// when the test process dies. (envtest's does not let others signal it.) Its methods may be called from any goroutine.
type Process struct {
	// Path is the program, Args are its arguments.
	Path string
	Args []string
	// Env is its environment. Default: that of the test.
	Env []string
	// Log is the file that all its runs print to.
	Log string
	// EndTime is how long it may take to end after a signal, before it is killed. Default: 20 s.
	EndTime time.Duration

	mu     sync.Mutex
	cmd    *exec.Cmd
	exited chan struct{} // closed when the run has ended
}

// Start begins a run. One that is under way already is an error.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		return fmt.Errorf("%s runs already, as process %d", filepath.Base(p.Path), p.cmd.Process.Pid)
	}
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	cmd, exited, started := exec.Command(p.Path, p.Args...), make(chan struct{}), make(chan error)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env, cmd.SysProcAttr = p.Env, &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	go func() {
		defer close(exited)
		runtime.LockOSThread() // the kernel sends Pdeathsig when the thread that began the process ends
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in its log; that it ended is told by exited
		}
		_ = log.Close() // it was written by the process alone
	}()
	p.cmd, p.exited = cmd, exited
	return <-started
}

// running reports whether a run is under way; the caller holds mu.
func (p *Process) running() bool {
	if p.exited == nil {
		return false
	}
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// Signal sends a signal to the run under way. None is an error.
func (p *Process) Signal(signal syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return fmt.Errorf("%s does not run: see %s", filepath.Base(p.Path), p.Log)
	}
	return p.cmd.Process.Signal(signal)
}

// End sends a signal that ends the run, and waits for the end. It does nothing when there is no run. One that takes too long is
// killed, and that is an error.
func (p *Process) End(signal syscall.Signal) error {
	p.mu.Lock()
	running, cmd, exited := p.running(), p.cmd, p.exited
	p.mu.Unlock()
	if !running {
		return nil
	}
	_ = cmd.Process.Signal(signal)          // an error says that it has just ended, and
	_ = cmd.Process.Signal(syscall.SIGCONT) // a paused one gets no other signal
	limit := cmp.Or(p.EndTime, endTime)
	select {
	case <-exited:
		return nil
	case <-time.After(limit):
	}
	_ = cmd.Process.Kill()
	<-exited
	return fmt.Errorf("%s did not end within %s of the signal to %s, and was killed: see %s", filepath.Base(p.Path), limit, signal, p.Log)
}

// Done is closed when the run begun last has ended.
func (p *Process) Done() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.exited
}

// PID is the process id of the run begun last.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}
