package remote

import (
	"context"
	"errors"
	"net/http"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// Client speaks to one API server for somebody who looks at it from outside.
type Client struct{ connection *connection }

// NewClient makes a client from a human's kubeconfig: with its proxy and its login programs.
func NewClient(config *rest.Config) (*Client, error) {
	own, server := rest.CopyConfig(config), serverOf(config)
	own.QPS = -1
	own.Wrap(func(t http.RoundTripper) http.RoundTripper { return frank{t, server} })
	client, err := rest.HTTPClientFor(own)
	if err != nil {
		return nil, err
	}
	client.Transport = sender{client.Transport}
	made, err := dynamic.NewForConfigAndClient(own, client)
	return &Client{&connection{made, server, func() {}}}, err
}

// NewSecretClient makes a client from what a Secret holds (package credentials), as the gate does.
func NewSecretClient(config *rest.Config) (*Client, error) {
	made, err := dial(config)
	return &Client{made}, err
}

// Resource is for reads and writes of one kind.
func (c *Client) Resource(kind schema.GroupVersionResource) dynamic.NamespaceableResourceInterface {
	return c.connection.Resource(kind)
}

// Server is its address, without user, path or query.
func (c *Client) Server() string { return c.connection.server }

// Failure sorts an error of the client.
func (c *Client) Failure(err error) Failure { return failureOf(c.connection.server, err) }

// sender tells of a request that never left: what sits above the transport adds what a login program gives.
type sender struct{ http.RoundTripper }

// RoundTrip returns a [*Failure] as its error.
func (s sender) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := s.RoundTripper.RoundTrip(request)
	if _, sorted := errors.AsType[*Failure](err); err != nil && !sorted && request.Context().Err() == nil {
		return nil, &Failure{ReasonNotSent, "a request could not be sent: " + gate.Brief(err.Error())}
	}
	return response, err
}

// Objects are those of one kind in one namespace, whole, kept up to date by a watch.
type Objects struct {
	follower *follower[map[string]any, *held]
}

// held is an object as the watch brought it last.
type held struct{ object map[string]any }

// Follow watches until the context ends. An empty namespace is all of them, and an empty name all objects. Changed is called, from any
// goroutine, after something has changed.
func (c *Client) Follow(ctx context.Context, kind schema.GroupVersionResource, namespace, name string, changed func()) *Objects {
	f := &follower[map[string]any, *held]{
		clock: clock.RealClock{},
		read:  whole,
		next:  func(_ *held, object map[string]any, _ time.Time) *held { return &held{object} },
		moved: func(types.NamespacedName) { changed() },
		rows:  map[types.NamespacedName]*held{},
	}
	go f.run(ctx, c.connection.server, c.Resource(kind).Namespace(namespace), name)
	return &Objects{f}
}

// All are the objects that there are, by name. Known says that the server has listed them; the failure, that it does not answer now.
func (o *Objects) All() (all map[types.NamespacedName]map[string]any, known bool, failure *Failure) {
	o.follower.mu.Lock()
	defer o.follower.mu.Unlock()
	all = map[types.NamespacedName]map[string]any{}
	for name, row := range o.follower.rows {
		all[name] = row.object
	}
	return all, o.follower.synced, o.follower.failure
}

// Get reads one object; nil if there is none. Its error is a [*Failure].
func (c *Client) Get(ctx context.Context, kind schema.GroupVersionResource, name types.NamespacedName) (*unstructured.Unstructured, error) {
	object, err := c.Resource(kind).Namespace(name.Namespace).Get(ctx, name.Name, metav1.GetOptions{})
	switch {
	case err == nil:
		return object, nil
	case objectMissing(err):
		return nil, nil
	}
	failure := c.Failure(err)
	return nil, &failure
}
