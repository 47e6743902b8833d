package remote

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/rest"
)

// apiServer answers lists and watches as an API server does, and counts the watches. What it lists does not change.
type apiServer struct {
	*httptest.Server

	mu    sync.Mutex
	items map[string][]any // by resource
	open  map[string]int   // watches, by path and what they select
}

func newAPIServer(t *testing.T, items map[string][]any) *apiServer {
	t.Helper()
	s := &apiServer{items: items, open: map[string]int{}}
	s.Server = newTLSServer(t, s)
	t.Cleanup(s.CloseClientConnections) // or Close waits for watches
	return s
}

// newTLSServer speaks HTTP/2.
func newTLSServer(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that hang up are what is tested
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// ServeHTTP answers.
func (s *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Query().Get("watch") == "true" {
		s.watch(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = json.NewEncoder(w).Encode(map[string]any{ // who does not read it has hung up
		"apiVersion": "v1", "kind": "List", "metadata": map[string]any{"resourceVersion": "1"},
		"items": append([]any{}, s.items[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]]...),
	})
}

func (s *apiServer) watch(w http.ResponseWriter, r *http.Request) {
	what := r.URL.Path
	if selected := r.URL.Query().Get("fieldSelector"); selected != "" {
		what += " " + selected
	}
	s.count(what, 1)
	defer s.count(what, -1)
	w.WriteHeader(http.StatusOK)
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

func (s *apiServer) count(what string, by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[what] += by
	if s.open[what] == 0 {
		delete(s.open, what)
	}
}

// watches are those that are open now.
func (s *apiServer) watches() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := map[string]int{}
	for what, n := range s.open {
		open[what] = n
	}
	return open
}

// configOf trusts a server, with a token.
func configOf(server *httptest.Server) *rest.Config {
	return &rest.Config{Host: server.URL, BearerToken: "token", TLSClientConfig: rest.TLSClientConfig{CAData: authorityOf(server)}}
}

func authorityOf(server *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}
