package bed

import (
	"net"
	"sync"
	"testing"

	"k8s.io/client-go/rest"
)

// Mode is what a Proxy does with connections.
type Mode int

// The modes. All but Pass hold for connections that are open already, too. What Silent and Unreachable keep back is delivered
// when the mode changes, as TCP does when a network heals.
const (
	Pass        Mode = iota // Pass: bytes go through.
	Silent                  // Silent: connections are accepted, and no byte goes through.
	Unreachable             // Unreachable: like Silent, and nothing answers a new connection: a black hole.
	Reset                   // Reset: connections are accepted and reset (RST).
	Refuse                  // Refuse: connections are reset, the port is closed.
)

// Proxy passes TCP on to an API server, TLS untouched, until it is told otherwise. Its certificate is good for the proxy's address.
type Proxy struct {
	// Address is where it listens, as host:port.
	Address string
	backend string

	mu      sync.Mutex
	mode    Mode
	changed chan struct{} // closed when the mode changes
	ears    []net.Conn    // what fills the queue of an Unreachable listener
	ear     net.Listener  // nil with Refuse
	conns   map[net.Conn]struct{}
	work    sync.WaitGroup
}

// NewProxy makes a proxy in front of a cluster's API server. It ends with the test.
func NewProxy(t testing.TB, c *Cluster) *Proxy {
	t.Helper()
	p := &Proxy{Address: NewAddress(), backend: c.address, mode: Refuse, changed: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	p.Set(t, Pass)
	t.Cleanup(func() {
		p.Set(t, Refuse)
		p.work.Wait()
	})
	return p
}

// Config is a rest.Config that goes through the proxy.
func (p *Proxy) Config(config *rest.Config) *rest.Config { return at(p.Address, config) }

func at(address string, config *rest.Config) *rest.Config {
	config = rest.CopyConfig(config)
	config.Host = "https://" + address
	return config
}

// Set changes the mode, for connections that are open and for new ones.
func (p *Proxy) Set(t testing.TB, mode Mode) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if mode == p.mode {
		return
	}
	p.mode = mode
	close(p.changed)
	p.changed = make(chan struct{})
	if mode == Reset || mode == Refuse {
		for conn := range p.conns {
			reset(conn)
		}
	}
	if err := p.listen(); err != nil {
		t.Errorf("proxy %s, mode %d: %v", p.Address, mode, err)
	}
}

// listen replaces the listener by the one that the mode needs; the caller holds mu.
func (p *Proxy) listen() (err error) {
	if p.ear != nil {
		_ = p.ear.Close() // nothing is lost: who was not accepted yet is reset
	}
	for _, conn := range p.ears {
		_ = conn.Close() // nothing was sent
	}
	p.ear, p.ears = nil, nil
	switch p.mode {
	case Refuse:
		return nil
	case Unreachable:
		p.ear, p.ears, err = deaf(p.Address)
		return err
	default:
		if p.ear, err = net.Listen("tcp", p.Address); err != nil {
			return err
		}
		ear := p.ear
		p.work.Go(func() { p.accept(ear) })
		return nil
	}
}
