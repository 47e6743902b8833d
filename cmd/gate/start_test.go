package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestWhatKeepsItFromStarting: it ends with 1, and the last line says why and what to do.
func TestWhatKeepsItFromStarting(t *testing.T) {
	silent := closedPort(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() }) // nothing was sent
	bare := bareServer(t)
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"nothing listens": {[]string{"--kubeconfig", kubeconfig(t, "https://"+silent)}, "error: ask https://" + silent + " for the kinds that it knows: "},
		"nothing listens, for one namespace": {[]string{"--namespace", "a", "--kubeconfig", kubeconfig(t, "https://"+silent)},
			"error: ask https://" + silent + " for the kinds that it knows: "},
		"the API server does not know Gates": {[]string{"--kubeconfig", kubeconfig(t, bare)},
			"error: " + bare + " does not know Gates: install base/gate there first, as in kubectl apply -k base/gate\n"},
		"the API server does not know Gates, for one namespace": {[]string{"--namespace", "a", "--kubeconfig", kubeconfig(t, bare)},
			"error: " + bare + " does not know Gates: install base/gate there first, as in kubectl apply -k base/gate\n"},
		"the port of the probes is taken": {[]string{"--kubeconfig", kubeconfig(t, bare), "--health-probe-bind-address", taken.Addr().String()},
			"error: error listening on " + taken.Addr().String() + ": listen tcp " + taken.Addr().String() + ": bind: address already in use\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := program(t, append([]string{"run", "--metrics-bind-address", "0", "--health-probe-bind-address", "0"}, tt.args...)...)
			_, last, _ := strings.Cut(got.stderr, "\n")
			if got.code != 1 || !strings.HasPrefix(last, tt.want) || strings.Count(last, "\n") != 1 {
				t.Errorf("want exit 1 and %q, got %d and\n%s", tt.want, got.code, got.stderr)
			}
		})
	}
}

// bareServer is an API server without any kind but those of its own.
func bareServer(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/api":
			fmt.Fprint(w, `{"kind": "APIVersions", "versions": ["v1"]}`)
		case "/api/v1":
			fmt.Fprint(w, `{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1", "resources": []}`)
		case "/apis":
			fmt.Fprint(w, `{"kind": "APIGroupList", "apiVersion": "v1", "groups": []}`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}
