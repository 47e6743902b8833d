package life

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// link is a way to an API server on which single requests and answers can be kept back, since it ends TLS. It passes tokens on, and no
// certificates of users.
type link struct {
	// ask is called with each request before it is passed on, answer with each answer before that is. Both are set once.
	ask    func(*http.Request)
	answer func(*http.Response)

	server *httptest.Server
}

// newLink makes a link. It ends with the test.
func newLink(t testing.TB, c *bed.Cluster, ask func(*http.Request), answer func(*http.Response)) *link {
	t.Helper()
	certificate, err := tls.LoadX509KeyPair(filepath.Join(c.Dir, "server.crt"), filepath.Join(c.Dir, "server.key"))
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(c.Config.Host)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(c.Config.CAData)
	l := &link{ask: ask, answer: answer}
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	forward.FlushInterval = -1 // watches
	forward.ErrorLog = log.New(io.Discard, "", 0)
	forward.ModifyResponse = func(r *http.Response) error { l.answer(r); return nil }
	l.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.ask(r); r.Context().Err() == nil { // else who asked is gone
			forward.ServeHTTP(w, r)
		}
	}))
	l.server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	l.server.EnableHTTP2 = true
	l.server.Config.ErrorLog = forward.ErrorLog // clients that are killed are what is tested
	l.server.StartTLS()
	t.Cleanup(func() {
		l.cut() // or Close waits for watches
		l.server.Close()
	})
	return l
}

// config is a rest.Config that goes through the link.
func (l *link) config(config *rest.Config) *rest.Config {
	config = rest.CopyConfig(config)
	config.Host = l.server.URL
	return config
}

// cut closes all connections.
func (l *link) cut() { l.server.CloseClientConnections() }

// valve lets through while it is open, as it is at first.
type valve struct {
	mu     sync.Mutex
	opened chan struct{} // closed when it opens; nil while it is open
}

func (v *valve) shut() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.opened == nil {
		v.opened = make(chan struct{})
	}
}

func (v *valve) open() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.opened != nil {
		close(v.opened)
		v.opened = nil
	}
}

// pass waits until it is open, or the context ends.
func (v *valve) pass(ctx context.Context) {
	v.mu.Lock()
	opened := v.opened
	v.mu.Unlock()
	if opened == nil {
		return
	}
	select {
	case <-opened:
	case <-ctx.Done():
	}
}

// lagging is the body of a watch that brings nothing while its valve is shut.
type lagging struct {
	io.ReadCloser
	ctx   context.Context
	valve *valve
}

func (l *lagging) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	l.valve.pass(l.ctx)
	return n, err
}

// newLaggingLink makes a link on which the watches of CassandraClusters lag while the valve is shut, as those of an API server that is
// behind do. All else goes through.
func newLaggingLink(t testing.TB, c *bed.Cluster, v *valve) *link {
	t.Helper()
	return newLink(t, c, func(*http.Request) {}, func(r *http.Response) {
		if r.Request.URL.Query().Get("watch") == "true" && strings.HasSuffix(r.Request.URL.Path, "/cassandraclusters") {
			r.Body = &lagging{r.Body, r.Request.Context(), v}
		}
	})
}
