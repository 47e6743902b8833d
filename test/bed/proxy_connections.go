package bed

import (
	"context"
	"errors"
	"net"
)

func (p *Proxy) accept(ear net.Listener) {
	for {
		conn, err := ear.Accept()
		if err != nil {
			return // it was closed
		}
		p.work.Go(func() { p.carry(conn) })
	}
}

// carry joins a connection with one to the API server.
func (p *Proxy) carry(client net.Conn) {
	defer p.forget(client)
	if !p.keep(client) || !p.hold() {
		return
	}
	server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.backend)
	if err != nil {
		return // the API server is down: so is the proxy
	}
	defer p.forget(server)
	if !p.keep(server) {
		return
	}
	p.work.Go(func() {
		defer p.forget(client)
		defer p.forget(server)
		p.copy(server, client)
	})
	p.copy(client, server)
}

func (p *Proxy) copy(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if !p.hold() {
			return
		}
		if _, writeErr := to.Write(buffer[:n]); errors.Join(err, writeErr) != nil {
			return
		}
	}
}

// hold waits while nothing may go through, and reports whether anything may then.
func (p *Proxy) hold() bool {
	for {
		p.mu.Lock()
		mode, changed := p.mode, p.changed
		p.mu.Unlock()
		if mode != Silent && mode != Unreachable {
			return mode == Pass
		}
		<-changed
	}
}

// keep remembers a connection, unless the mode is against it.
func (p *Proxy) keep(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mode == Reset || p.mode == Refuse {
		reset(conn)
		return false
	}
	p.conns[conn] = struct{}{}
	return true
}

func (p *Proxy) forget(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
	_ = conn.Close() // both ways share it; closed twice is as good
}

// reset closes a connection with RST in place of FIN.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // one that is closed already needs none
	}
	_ = conn.Close()
}
