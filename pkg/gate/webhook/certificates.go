package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const (
	// recheck is how often the end of the certificates is looked at while nothing else happens.
	recheck = 12 * time.Hour
	// spread is how long after both configurations were told of an authority every API server trusts it. They hear of it by
	// their watches, within milliseconds.
	spread = 10 * time.Second
)

// Certificates keeps the Secret with the authority and the certificate, has the API server trust that authority, and gives the
// certificate to the server. Each replica has one, and any of them may renew.
type Certificates struct {
	// Client reads from a cache that holds the Secret and the two configurations.
	Client client.Client
	Log    logr.Logger
	Clock  clock.Clock

	mu      sync.Mutex
	served  *tls.Certificate
	of      pair      // what is served
	coming  []byte    // the certificate that is to be served next
	since   time.Time // when coming was first trusted
	trouble error     // why the API server cannot ask; nil if it can
}

// GetCertificate is what tls.Config asks.
func (c *Certificates) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.served == nil {
		return nil, errors.New("there is no certificate yet")
	}
	return c.served, nil
}

// Ready fails until the API server can ask: there is a certificate, and both configurations trust it.
func (c *Certificates) Ready(*http.Request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.served == nil {
		return errors.New("the webhooks have no certificate yet")
	}
	return c.trouble
}

// Reconcile does what is to be done, whatever woke it.
func (c *Certificates) Reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: Namespace, Name: Service}}
	err := c.Client.Get(ctx, client.ObjectKeyFromObject(secret), secret)
	missing := apierrors.IsNotFound(err)
	if err != nil && !missing {
		return reconcile.Result{}, err
	}
	found := pairOf(secret)
	wanted, lasts, err := c.trustingServed(found).next(c.Clock.Now())
	if err != nil {
		return reconcile.Result{}, err
	}
	if lasts == 0 {
		return reconcile.Result{}, c.write(ctx, secret, wanted, missing) // the watch brings it
	}
	if err := c.tell(ctx, found.ca); apierrors.IsConflict(err) {
		return reconcile.Result{}, nil // what is newer comes by the watch
	} else if err != nil {
		return reconcile.Result{}, err
	}
	wait, err := c.serve(found)
	return reconcile.Result{RequeueAfter: min(lasts, wait)}, err
}

// trustingServed: a Secret that was deleted or spoiled is made anew, and the authority of what is served stays trusted meanwhile.
func (c *Certificates) trustingServed(found pair) pair {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first, _ := split(found.ca); first == nil {
		found.ca = c.of.ca
	}
	return found
}

func (c *Certificates) write(ctx context.Context, secret *corev1.Secret, wanted pair, missing bool) error {
	secret = secret.DeepCopy() // it is the cache's
	secret.Data = wanted.data()
	write := func() error { return c.Client.Update(ctx, secret) }
	if missing {
		write = func() error { return c.Client.Create(ctx, secret) }
	}
	err := write()
	if apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) {
		return nil // another replica was first
	}
	if err == nil {
		c.Log.Info("the certificates of the webhooks were renewed", "secret", Namespace+"/"+Service, "made", missing)
	}
	return err
}

// serve takes the certificate of the Secret, once every API server trusts it, and says when to look again.
func (c *Certificates) serve(found pair) (time.Duration, error) {
	loaded, err := tls.X509KeyPair(found.cert, found.key)
	if err != nil {
		return 0, fmt.Errorf("the Secret %s/%s: %w", Namespace, Service, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if bytes.Equal(found.cert, c.of.cert) {
		return recheck, nil
	}
	if !bytes.Equal(found.cert, c.coming) {
		c.coming, c.since = found.cert, c.Clock.Now()
	}
	if left := c.since.Add(spread).Sub(c.Clock.Now()); left > 0 && c.served != nil {
		return left, nil
	}
	c.served, c.of = &loaded, found
	return recheck, nil
}
