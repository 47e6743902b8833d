package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// stage is a testing.TB outside a test: the test bed is built for tests. What it does not have here is not called.
type stage struct {
	testing.TB

	ctx    context.Context
	failed atomic.Bool
	over   atomic.Bool // the show: what runs is kept for who looks around

	mu       sync.Mutex
	cleanups []func()
	folders  int
}

func (s *stage) Helper()                  {}
func (s *stage) Context() context.Context { return s.ctx }
func (s *stage) Failed() bool             { return s.failed.Load() }
func (s *stage) Log(...any)               {}
func (s *stage) Logf(string, ...any)      {}

func (s *stage) Error(args ...any) {
	if s.ctx.Err() == nil && !s.failed.Swap(true) { // after Ctrl-C everything fails, and after the first failure the rest
		fmt.Fprintln(os.Stderr, args...)
	}
}

func (s *stage) Errorf(format string, args ...any) { s.Error(fmt.Sprintf(format, args...)) }
func (s *stage) Fatal(args ...any)                 { s.Error(args...); s.FailNow() }
func (s *stage) Fatalf(format string, args ...any) { s.Fatal(fmt.Sprintf(format, args...)) }

// FailNow ends the goroutine, which is not that of main.
func (s *stage) FailNow() {
	s.failed.Store(true)
	runtime.Goexit()
}

func (s *stage) Cleanup(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cleanups = append(s.cleanups, f)
}

// TempDir is a new folder, which goes away with all others.
func (s *stage) TempDir() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.folders++
	dir := filepath.Join(bed.Scratch(), fmt.Sprint("demo-", s.folders))
	if err := os.Mkdir(dir, 0o700); err != nil {
		panic(err)
	}
	return dir
}

// clear stops all that was started, last first, and removes what was written, but for the logs after a failure.
func (s *stage) clear() error {
	for {
		s.mu.Lock()
		if len(s.cleanups) == 0 {
			s.mu.Unlock()
			if s.Failed() && s.ctx.Err() == nil {
				fmt.Fprintln(os.Stderr, "the logs are in", bed.Scratch())
				return nil
			}
			return os.RemoveAll(bed.Scratch())
		}
		f := s.cleanups[len(s.cleanups)-1]
		s.cleanups = s.cleanups[:len(s.cleanups)-1]
		s.mu.Unlock()
		apart(f)
	}
}

// apart runs something that may end its goroutine.
func apart(f func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f()
	}()
	<-ended
}
