package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
)

// TestFailures makes requests of servers that fail in each way. Each way has its reason, the same for all requests and at each try.
func TestFailures(t *testing.T) {
	forbidden := `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"may not"}`
	notFound := `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"details":{"kind":"gates"}}`
	for name, test := range map[string]struct {
		server func(*testing.T) *rest.Config
		want   string
		listed bool // a watch begins, or waits
	}{
		"the CA is another one":           {foreign, ReasonUntrusted, false},
		"the certificate is of another":   {anotherName, ReasonWrongName, false},
		"the certificate has expired":     {certified(-2*time.Hour, -time.Hour), ReasonCertificateExpired, false},
		"the certificate is not yet good": {certified(time.Hour, 2*time.Hour), ReasonCertificateExpired, false},
		"a client certificate is wanted":  {clientCertificateWanted, ReasonTLS, false},
		"it speaks HTTP without TLS":      {withoutTLS, ReasonTLS, false},
		"it speaks something else":        {tcp(greet), ReasonTLS, false},
		"it hangs up":                     {tcp(func(net.Conn) {}), ReasonConnectionFailed, false},
		"it resets":                       {tcp(func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }), ReasonConnectionFailed, false},
		"it says nothing":                 {tcp(drain), ReasonNotAnswering, false},
		"it says nothing after TLS":       {silentServer, ReasonNotAnswering, true},
		"nothing listens":                 {nothing, ReasonConnectionRefused, false},
		"its name does not resolve":       {nameless, ReasonNameUnknown, false},
		"it answers 401":                  {answering(401, "text/plain", ""), ReasonUnauthorized, false},
		"it answers 403":                  {answering(403, "text/plain", "no"), ReasonForbidden, false},
		"it answers 403 at length":        {answering(403, "text/plain", strings.Repeat("né", 1e4)), ReasonForbidden, false},
		"it answers 403 as a Status":      {answering(403, "application/json", forbidden), ReasonForbidden, false},
		"it answers 404":                  {answering(404, "text/plain", "page not found"), ReasonKindNotServed, false},
		"it answers 404 as a Status":      {answering(404, "application/json", notFound), ReasonKindNotServed, false},
		"it answers 409":                  {answering(409, "text/plain", "conflict"), ReasonRefused, false},
		"it answers 429":                  {answering(429, "text/plain", "later"), ReasonTooManyRequests, false},
		"it answers 500":                  {answering(500, "text/plain", "oops"), ReasonServerError, false},
		"it answers 503":                  {answering(503, "text/plain", "later"), ReasonServerError, false},
		"it answers 302":                  {answering(302, "text/plain", ""), ReasonRefused, false},
		"it answers nothing":              {answering(204, "", ""), ReasonAnswerUnreadable, true},
		"it is a web server":              {answering(200, "text/html", "<html>Welcome!</html>"), ReasonAnswerUnreadable, true},
		"it answers no JSON":              {answering(200, "application/json", "Welcome!"), ReasonAnswerUnreadable, true},
		"it answers another JSON":         {answering(200, "application/json", `["Welcome!"]`), ReasonAnswerUnreadable, true},
		"its answer breaks off":           {breakingOff, ReasonAnswerUnreadable, true},
		"its answer has no end":           {endless, ReasonAnswerTooLarge, true},
		"its answer has no end in lines":  {endlessLines, ReasonAnswerTooLarge, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requests := []string{"list", "list", "read", "watch"}
			if test.listed {
				requests = requests[:3]
			}
			for i, failure := range askAll(t, test.server(t), requests) {
				if failure.Reason != test.want {
					t.Errorf("%s: got %s: %s, want %s", requests[i], failure.Reason, failure.Message, test.want)
				}
				if n := len(failure.Message); n > 400 || !utf8.ValidString(failure.Message) {
					t.Errorf("%s: the message has %d bytes, valid: %t", requests[i], n, utf8.ValidString(failure.Message))
				}
			}
		})
	}
}

// askAll makes requests side by side. Two of a kind must fail with the same words.
func askAll(t *testing.T, config *rest.Config, requests []string) []Failure {
	t.Helper()
	failures := make([]Failure, len(requests))
	var group errgroup.Group
	for i, request := range requests {
		group.Go(func() (err error) {
			failures[i], err = ask(t.Context(), config, request)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for i := range requests[1:] {
		if requests[i] == requests[i+1] && failures[i] != failures[i+1] {
			t.Errorf("%s: got %v and %v", requests[i], failures[i], failures[i+1])
		}
	}
	return failures
}

var some = interest{watching{place: place{gatesResource, "ns"}}, named("some")}

// ask makes a request, as followers and confirming reads do, and is why it failed.
func ask(ctx context.Context, config *rest.Config, request string) (Failure, error) {
	began := time.Now()
	c, connection, err := connected(ctx, config)
	if err != nil {
		return Failure{}, err
	}
	defer connection.close()
	var failure *Failure
	list := &listWatch{resource: connection.Resource(gatesResource).Namespace("ns"), heard: func() {}, failed: func(err error) {
		found := failureOf(connection.server, err)
		failure = &found
	}}
	switch request {
	case "list":
		_, err = list.ListWithContext(ctx, metav1.ListOptions{})
	case "watch":
		_, err = list.WatchWithContext(ctx, metav1.ListOptions{})
	default:
		_, failure = c.get(ctx, some)
		err = failure
	}
	switch took := time.Since(began); {
	case failure == nil || err == nil:
		return Failure{}, fmt.Errorf("%s: got failure %w and error %w", request, failure, err)
	case took > requestTimeout+3*time.Second:
		return *failure, fmt.Errorf("%s: it took %s", request, took)
	}
	return *failure, nil
}

// connected is a cluster with a connection.
func connected(ctx context.Context, config *rest.Config) (*cluster, *connection, error) {
	connection, err := dial(config)
	if err != nil {
		return nil, nil, err
	}
	c := newCluster(clock.RealClock{}, func(place, types.NamespacedName) {})
	c.connect(ctx, connection, noExpiry, Failure{})
	return c, connection, nil
}

// TestUnanswered sorts what no server here can be made to do.
func TestUnanswered(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for name, test := range map[string]struct {
		err  error
		want Failure
	}{
		"no answer to SYN":        {dial(os.ErrDeadlineExceeded), Failure{ReasonUnreachable, "no connection to it"}},
		"no route":                {dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), Failure{ReasonUnreachable, "no connection to it"}},
		"no network":              {dial(os.NewSyscallError("connect", syscall.ENETUNREACH)), Failure{ReasonUnreachable, "no connection to it"}},
		"reset at once":           {dial(os.NewSyscallError("connect", syscall.ECONNRESET)), Failure{ReasonConnectionFailed, "the connection to it broke before an answer"}},
		"DNS does not answer":     {dial(&net.DNSError{Err: "i/o timeout", IsTimeout: true}), Failure{ReasonNameUnknown, "the name in it does not resolve here"}},
		"no answer to a ping":     {errors.New("http2: client connection lost"), Failure{ReasonNotAnswering, "it does not answer within 5s"}},
		"it ended in the middle":  {io.ErrUnexpectedEOF, Failure{ReasonConnectionFailed, "the connection to it broke before an answer"}},
		"something never seen":    {errors.New("?"), Failure{ReasonConnectionFailed, "the connection to it broke before an answer"}},
		"an error of client-go's": {http.ErrSchemeMismatch, Failure{ReasonConnectionFailed, "the connection to it broke before an answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, unanswered("it", test.err)); diff != "" {
				t.Errorf("unexpected failure (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRedirectsAreNotFollowed: the token is for the server in the Secret alone.
func TestRedirectsAreNotFollowed(t *testing.T) {
	var asked atomic.Int32
	elsewhere := newTLSServer(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	server := newTLSServer(t, http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	for _, request := range []string{"list", "read", "watch"} {
		if failure, err := ask(t.Context(), configOf(server), request); err != nil || failure.Reason != ReasonRefused {
			t.Errorf("%s: got %v, error %v, want %s", request, failure, err, ReasonRefused)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the other server was asked %d times", n)
	}
}

// TestNothingIsTriedAgainInSecret: one request is one request, so that each failure is told at once.
func TestNothingIsTriedAgainInSecret(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"it wants to be asked again in 1 s": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		"it breaks the connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		for _, request := range []string{"list", "read", "watch"} {
			t.Run(name+", "+request, func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int32
				server := newTLSServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked.Add(1)
					handler(w, r)
				}))
				if _, err := ask(t.Context(), configOf(server), request); err != nil {
					t.Error(err)
				}
				if n := asked.Load(); n != 1 {
					t.Errorf("it was asked %d times, want once", n)
				}
			})
		}
	}
}

// TestObjectMissing: only an API server that knows the resource can say that there is no such object.
func TestObjectMissing(t *testing.T) {
	status := func(details string) string {
		return `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"message":"not found"` + details + `}`
	}
	for name, test := range map[string]struct {
		contentType, body string
		want              bool
	}{
		"there is no such object":      {"application/json", status(`,"details":{"name":"some","group":"casskop-gitops.dev","kind":"gates"}`), true},
		"there is no such resource":    {"text/plain", "404 page not found", false},
		"a Status about nothing":       {"application/json", status(``), false},
		"a Status about the kind":      {"application/json", status(`,"details":{"kind":"gates"}`), false},
		"a web server finds no page":   {"text/html", "<html>Not found</html>", false},
		"a web server says nothing":    {"", "", false},
		"a proxy answers in own words": {"application/json", `{"error":"not found","name":"some"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			c, connection, err := connected(t.Context(), answering(404, test.contentType, test.body)(t))
			if err != nil {
				t.Fatal(err)
			}
			defer connection.close()
			object, failure := c.get(t.Context(), some)
			if missing := object == nil && failure == nil; missing != test.want {
				t.Errorf("missing is %t, want %t: failure %v", missing, test.want, failure)
			}
		})
	}
}

// TestReadWithoutAnswerSpeaksForOthers: who reads next does not wait for the same answer, for a moment.
func TestReadWithoutAnswerSpeaksForOthers(t *testing.T) {
	c, connection, err := connected(t.Context(), tcp(drain)(t))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.close()
	began := time.Now()
	_, first := c.get(t.Context(), some)
	took := time.Since(began)
	_, next := c.get(t.Context(), some)
	if first == nil || next == nil || *next != *first {
		t.Errorf("got failures %v and %v", first, next)
	}
	if waited := time.Since(began) - took; waited > unansweredFor {
		t.Errorf("the first took %s and the next one %s, want no wait", took, waited)
	}
	replaced, err := dial(answering(500, "text/plain", "")(t))
	if err != nil {
		t.Fatal(err)
	}
	defer replaced.close()
	c.connect(t.Context(), replaced, noExpiry, Failure{})
	if _, failure := c.get(t.Context(), some); failure == nil || failure.Reason != ReasonServerError {
		t.Errorf("got failure %v of the new connection, want %s", failure, ReasonServerError)
	}
}
