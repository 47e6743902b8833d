package bed

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"k8s.io/client-go/rest"
)

// TLSProxy ends TLS in front of an API server, so that it can answer requests itself. Tokens are passed on; certificates of users are not.
type TLSProxy struct {
	// Address is where it listens, as host:port.
	Address string

	server *httptest.Server
	answer atomic.Pointer[answer]
}

type answer struct {
	http.Handler
	matches func(*http.Request) bool
}

// NewTLSProxy makes a proxy with a certificate of the cluster's authority. It passes all requests on. It ends with the test.
func NewTLSProxy(t testing.TB, c *Cluster) *TLSProxy {
	t.Helper()
	return newTLSProxy(t, c, c.ca)
}

// NewForeignTLSProxy makes a proxy with a certificate of an authority that nobody knows.
func NewForeignTLSProxy(t testing.TB, c *Cluster) *TLSProxy {
	t.Helper()
	foreign, err := newAuthority("foreign")
	if err != nil {
		t.Fatal(err)
	}
	return newTLSProxy(t, c, foreign)
}

func newTLSProxy(t testing.TB, c *Cluster, signer *authority) *TLSProxy {
	t.Helper()
	certPEM, keyPEM, err := signer.server(host)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	p := &TLSProxy{Address: NewAddress()}
	p.server = httptest.NewUnstartedServer(p.handler(c))
	_ = p.server.Listener.Close() // it has no address of its choice
	if p.server.Listener, err = net.Listen("tcp", p.Address); err != nil {
		t.Fatal(err)
	}
	p.server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	p.server.EnableHTTP2 = true
	p.server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that hang up are what is tested
	p.server.StartTLS()
	t.Cleanup(func() {
		p.Disconnect() // or Close waits for watches
		p.server.Close()
	})
	return p
}

// Config is a rest.Config that goes through the proxy.
func (p *TLSProxy) Config(config *rest.Config) *rest.Config { return at(p.Address, config) }

// Answer gives this status code, with headers such as Retry-After, to every request that matches; nil: to all. What was passed on
// before goes on, watches too: see Disconnect.
func (p *TLSProxy) Answer(code int, header map[string]string, matches func(*http.Request) bool) {
	p.Serve(func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range header {
			w.Header().Set(name, value)
		}
		http.Error(w, http.StatusText(code), code)
	}, matches)
}

// Serve has every request that matches answered by a handler; nil: all. What was passed on before goes on, watches too: see Disconnect.
func (p *TLSProxy) Serve(handler http.HandlerFunc, matches func(*http.Request) bool) {
	p.answer.Store(&answer{handler, matches})
}

// PassOn ends Answer and Serve.
func (p *TLSProxy) PassOn() { p.answer.Store(nil) }

// Disconnect closes all connections of clients.
func (p *TLSProxy) Disconnect() { p.server.CloseClientConnections() }

func (p *TLSProxy) handler(c *Cluster) http.Handler {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(c.ca.pem())
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "https", Host: c.address})
	forward.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	forward.FlushInterval = -1 // watches
	forward.ErrorLog = log.New(io.Discard, "", 0)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := p.answer.Load()
		if a == nil || a.matches != nil && !a.matches(r) {
			forward.ServeHTTP(w, r)
			return
		}
		a.ServeHTTP(w, r)
	})
}
