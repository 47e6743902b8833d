package casskopbed

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"testing"
)

// startNames runs an HTTP proxy that resolves names of pods as cluster DNS does in a namespace, and returns its URL.
func startNames(t testing.TB, at site, c *Cassandra) string {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		name, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		found := c.address(at, name)
		if found == "" {
			return nil, fmt.Errorf("%s: no such host", name)
		}
		return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(found, port))
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(*httputil.ProxyRequest) {}, // the request names the host
		Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true},
		ErrorLog:  log.New(io.Discard, "", 0), // CassKop logs the 502
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}
