package policy

import (
	"io"
	"net"
	"slices"
	"sync"
	"testing"
)

// front stands for the Service of the webhooks: it passes connections on to the replicas, one after the other. Without a replica
// it closes them.
type front struct {
	listener net.Listener
	mu       sync.Mutex
	replicas []string
	next     int
}

// newFront listens as long as the process lives.
var newFront = sync.OnceValue(func() *front {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	f := &front{listener: listener}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go f.pass(conn)
		}
	}()
	return f
})

func (f *front) port() int32 { return int32(f.listener.Addr().(*net.TCPAddr).Port) }

// add has connections go to a replica too, until the test ends or remove is called.
func (f *front) add(t *testing.T, address string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replicas = append(f.replicas, address)
	t.Cleanup(func() { f.remove(address) })
}

func (f *front) remove(address string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replicas = slices.DeleteFunc(f.replicas, func(r string) bool { return r == address })
}

func (f *front) pick() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.replicas) == 0 {
		return ""
	}
	f.next++
	return f.replicas[f.next%len(f.replicas)]
}

func (f *front) pass(conn net.Conn) {
	defer func() { _ = conn.Close() }() // it may be closed already
	backend, err := net.Dial("tcp", f.pick())
	if err != nil {
		return // as a Service without endpoints
	}
	defer func() { _ = backend.Close() }()
	go func() {
		_, _ = io.Copy(backend, conn) // it ends with the connection
		_ = backend.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(conn, backend)
}
