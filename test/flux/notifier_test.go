package flux

import (
	"context"
	"errors"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-logr/logr/funcr"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	gateflux "github.com/casskop-gitops/casskop-gitops/pkg/gate/flux"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// Requests of a notifier.
const (
	asksGates    = http.MethodPatch + " " + theGates
	asksClusters = http.MethodPatch + " " + theClusters
)

// notifier is one that runs, with all that it asked of Kustomizations and all that it logged.
type notifier struct {
	stop func() // returns when it has ended

	mu       sync.Mutex
	requests []string
	lines    []string
	diesAt   string // a request: nothing is sent after it
	dead     chan struct{}
}

// startNotifier starts a notifier with the ServiceAccount of base/gate and the roles that were rendered, until the test ends.
// If it is to die at a request, that is the last one that it sends.
func (w *world) startNotifier(t *testing.T, diesAt string) *notifier {
	t.Helper()
	n := &notifier{diesAt: diesAt, dead: make(chan struct{})}
	identity := w.cluster.GateIdentity(t)
	identity.Wrap(func(next http.RoundTripper) http.RoundTripper { return transport{n, next} })
	mgr, err := manager.New(identity, manager.Options{
		Scheme: bed.Scheme, Metrics: server.Options{BindAddress: "0"}, Controller: config.Controller{SkipNameValidation: new(true)},
		Logger: funcr.New(n.log, funcr.Options{}),
	})
	must(t, err)
	tool := &gateflux.Tool{Client: mgr.GetClient(), Reader: mgr.GetAPIReader(), Clock: clock.RealClock{}}
	f := &notify.Notifier{Name: "flux", Tool: tool, Client: mgr.GetClient(), Carried: w.datacenters, Clock: clock.RealClock{}}
	must(t, f.SetupWithManager(mgr))
	w.datacenters.tell(f.Wake)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	n.stop = sync.OnceFunc(func() {
		w.datacenters.tell(func(types.NamespacedName) {})
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(n.stop)
	return n
}

func (n *notifier) log(prefix, args string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, prefix+" "+args)
}

// logged counts the lines with a text.
func (n *notifier) logged(text string) (count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, line := range n.lines {
		if strings.Contains(line, text) {
			count++
		}
	}
	return count
}

// sent are the requests so far, as METHOD name.
func (n *notifier) sent() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.requests)
}

// asked are those of them that ask for a reconcile.
func (n *notifier) asked() []string {
	return slices.DeleteFunc(n.sent(), func(request string) bool { return !strings.HasPrefix(request, http.MethodPatch) })
}

// transport is a notifier's.
type transport struct {
	*notifier
	next http.RoundTripper
}

func (r transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if !strings.Contains(request.URL.Path, "/kustomizations/") {
		return r.next.RoundTrip(request)
	}
	if !r.record(request.Method + " " + path.Base(request.URL.Path)) {
		return nil, errors.New("the notifier is dead")
	}
	return r.next.RoundTrip(request)
}

// record says whether a request may be sent.
func (n *notifier) record(request string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	select {
	case <-n.dead:
		return false
	default:
	}
	n.requests = append(n.requests, request)
	if request == n.diesAt {
		close(n.dead)
	}
	return true
}
