package casskopbed

import (
	"sync"
	"syscall"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// restartTime is how long a process stays down that ended by itself. In life it is longer each time.
const restartTime = time.Second

// service is a process that is started again when it ends by itself.
type service struct {
	process *bed.Process

	mu       sync.Mutex
	wanted   bool // to run
	restarts int
}

// Restarts counts how often it was started again because it had ended by itself.
func (s *service) Restarts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.restarts
}

func (s *service) end(signal syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted = false
	return s.process.End(signal)
}

// keep ends when the process is not wanted any more, or somebody else has started it meanwhile.
func (s *service) keep(ended <-chan struct{}) {
	for ended != nil {
		<-ended
		<-time.After(restartTime)
		ended = s.again()
	}
}

// again returns what is closed when the new run has ended, or nil when there is none.
func (s *service) again() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.wanted || s.process.Start() != nil {
		return nil
	}
	s.restarts++
	return s.process.Done()
}
