package bed

import "time"

// keep starts the process again when it has ended, until Stop.
func (g *GateProcess) keep(ended <-chan struct{}) {
	const shortest, longest, stable = 100 * time.Millisecond, 2 * time.Second, 10 * time.Second
	wait := shortest
	for {
		began := time.Now()
		<-ended
		if time.Since(began) > stable {
			wait = shortest
		}
		<-time.After(wait)
		wait = min(2*wait, longest)
		if ended = g.restart(); ended == nil {
			return
		}
	}
}

// restart returns what is closed when the new run has ended, or nil when there is none.
func (g *GateProcess) restart() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stopped || g.process.Start() != nil { // it does run: somebody else started it
		return nil
	}
	g.restarts++
	return g.process.Done()
}

// Restarts counts how often it was started again because it had ended.
func (g *GateProcess) Restarts() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.restarts
}
