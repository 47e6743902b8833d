package bench

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const (
	megabyte = 1 << 20
	// A process has settled when its memory has moved by no more than this for so long.
	moves      = megabyte / 2
	settledFor = 10 * time.Second
)

// memory is the resident memory of a gate in bytes, looked at ten times a second.
type memory struct {
	gate    *bed.GateProcess
	most    atomic.Int64
	stopped chan struct{}
}

func watchMemory(b *testing.B, gate *bed.GateProcess) *memory {
	m := &memory{gate: gate, stopped: make(chan struct{})}
	go func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for b.Context().Err() == nil {
			select {
			case <-m.stopped:
				return
			case <-tick.C:
				m.now(b)
			}
		}
	}()
	return m
}

func (m *memory) now(b *testing.B) int64 {
	bytes, err := m.gate.RSS()
	if err != nil && b.Context().Err() == nil {
		b.Error(err)
	}
	m.most.Store(max(m.most.Load(), bytes))
	return bytes
}

// restart forgets the most that there was.
func (m *memory) restart() { m.most.Store(0) }

// settled waits until it has settled.
func (m *memory) settled(b *testing.B) int64 {
	b.Helper()
	was, since := m.now(b), time.Now()
	bed.WaitFor(b, patience, "the memory of gate has settled", func() (bool, string) {
		if is := m.now(b); is > was+moves || is < was-moves {
			was, since = is, time.Now()
		}
		return time.Since(since) > settledFor, "it moves"
	})
	return was
}

// report waits until it has settled. The goal is in MB, for what it is then.
func (m *memory) report(b *testing.B, results *table, with string, goal float64) {
	b.Helper()
	results.add("resident memory with "+with, float64(m.settled(b))/megabyte, "MB", goal)
	results.add("  the most that it was", float64(m.most.Load())/megabyte, "MB", 0)
}

// stop ends looking, before its process ends.
func (m *memory) stop() { m.stopped <- struct{}{} }
