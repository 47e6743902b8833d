package remote

import (
	"net"
	"net/http"
	"net/url"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// Deadlines of a connection. Together they find a server that stops answering, by a dead network or a stopped process, in less
// than ten seconds: an idle connection is asked for a sign of life, then a new one is tried.
const (
	dialTimeout    = 3 * time.Second
	tlsTimeout     = 3 * time.Second
	requestTimeout = 5 * time.Second // lists and reads; watches have none
	idleBeforePing = 2 * time.Second
	pingTimeout    = 2 * time.Second
)

// connection is a client of one API server.
type connection struct {
	dynamic.Interface
	server string // as it is named in messages
	close  func()
}

// dial makes a client that talks straight to a server, over one connection, with deadlines.
func dial(config *rest.Config) (*connection, error) {
	tlsConfig, err := rest.TLSConfigFor(config)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: dialTimeout, KeepAliveConfig: keepAlive}).DialContext,
		TLSClientConfig:     tlsConfig,
		TLSHandshakeTimeout: tlsTimeout,
		ForceAttemptHTTP2:   true,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: idleBeforePing, PingTimeout: pingTimeout},
		IdleConnTimeout:     time.Minute,

		MaxResponseHeaderBytes: largestHeader,
	}
	server := serverOf(config)
	wrapped, err := rest.HTTPWrappersForConfig(config, frank{transport, server})
	if err != nil {
		return nil, err
	}
	unlimited := rest.CopyConfig(config)
	unlimited.QPS = -1 // the API server's own fairness limits us
	client, err := dynamic.NewForConfigAndClient(unlimited, &http.Client{Transport: wrapped, CheckRedirect: stay})
	return &connection{client, server, transport.CloseIdleConnections}, err
}

// stay follows no redirect: no API server sends elsewhere, and the token is for nobody else.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

var keepAlive = net.KeepAliveConfig{Enable: true, Idle: idleBeforePing, Interval: time.Second, Count: 3}

// frank tells of each failure at once. client-go tries again by itself, up to ten times, when an answer has Retry-After or an error is
// one of those it knows, and takes a watch that could not begin for one that ended; and nobody would hear of it. So the one is taken
// off, and the other is sorted here. The watches try again soon enough. It bounds each answer, too.
type frank struct {
	http.RoundTripper
	server string
}

// RoundTrip returns a [*Failure] as its error.
func (f frank) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := f.RoundTripper.RoundTrip(request)
	if err != nil {
		failure := unanswered(f.server, err)
		return nil, &failure
	}
	response.Header.Del("Retry-After")
	response.Body = bound(response.Body, f.server, request.URL.Query().Has("watch"))
	return response, nil
}

// serverOf is how a server is named in messages: without user, path or query.
func serverOf(config *rest.Config) string {
	parsed, err := url.Parse(config.Host)
	if err != nil || parsed.Host == "" {
		return config.Host
	}
	return parsed.Scheme + "://" + parsed.Host
}
