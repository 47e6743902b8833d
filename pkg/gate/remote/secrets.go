package remote

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

// secret is what is kept of a Secret: never its bytes, but what was made of them.
type secret struct {
	digest [sha256.Size]byte // tells whether the content changed
	parsed *credentials.Credentials
	why    Failure // why there are no credentials in it
}

func nextSecret(before secret, object map[string]any, _ time.Time) secret {
	data, _, _ := unstructured.NestedMap(object, "data") // of a Secret, by its schema; nothing usable otherwise
	encoded, err := json.Marshal(data)
	if err != nil {
		return secret{why: Failure{ReasonSecretUnreadable, "its data cannot be read"}}
	}
	after := secret{digest: sha256.Sum256(encoded)}
	if before.digest == after.digest {
		return before
	}
	after.parsed, err = credentials.Parse(decoded(data))
	if refusal, refused := errors.AsType[*credentials.Refusal](err); refused {
		after.why = Failure{refusal.Reason, refusal.Message}
	}
	return after
}

// whole keeps all of an object.
func whole(object map[string]any) map[string]any { return object }

func decoded(data map[string]any) map[string][]byte {
	plain := map[string][]byte{}
	for key, value := range data {
		text, _ := value.(string) // base64, by the schema of a Secret
		if content, err := base64.StdEncoding.DecodeString(text); err == nil {
			plain[key] = content
		}
	}
	return plain
}

// remoteCluster is a cluster, the watch on the Secret that leads there, and how many places of it are wanted.
type remoteCluster struct {
	*cluster
	name   types.NamespacedName // of the Secret
	secret *follower[map[string]any, secret]
	ctx    context.Context
	end    func()
}

var secretsResource = corev1.SchemeGroupVersion.WithResource("secrets")

// open begins to watch the Secret, and to connect with what it holds.
func (r *remoteCluster) open(here *cluster) {
	r.secret = &follower[map[string]any, secret]{clock: r.clock, read: whole, next: nextSecret, rows: map[types.NamespacedName]secret{}}
	changes := make(chan struct{}, 1)
	r.secret.moved = func(types.NamespacedName) {
		select {
		case changes <- struct{}{}:
		default: // one is waiting to be looked at already
		}
	}
	go r.secret.run(r.ctx, here.connection.server, here.connection.Resource(secretsResource).Namespace(r.name.Namespace), r.name.Name)
	go r.connectAnew(changes)
}

// connectAnew connects, or says why not, each time the Secret changes.
func (r *remoteCluster) connectAnew(changes <-chan struct{}) {
	var last secret
	var due <-chan time.Time // when the credentials must be judged again
	for {
		select {
		case <-r.ctx.Done():
			r.disconnect(Failure{ReasonConnecting, "it is not followed any more"}, noExpiry)
			return
		case <-changes:
		case <-due:
			last = secret{}
		}
		seen := r.secret.view(r.name)
		if problem := r.problem(seen); problem != nil {
			last, due = secret{}, nil
			r.disconnect(*problem, noExpiry)
		} else if seen.there && seen.row != last {
			last = seen.row
			due = r.use(last.parsed)
		}
	}
}

// problem says why there are no credentials. A Secret that was seen and now cannot be read, counts as it was last seen.
func (r *remoteCluster) problem(seen view[secret]) *Failure {
	switch {
	case seen.there && seen.row.parsed == nil:
		return &Failure{seen.row.why.Reason, fmt.Sprintf("Secret %s: %s", r.name, seen.row.why.Message)}
	case seen.there:
		return nil
	case seen.failure != nil && seen.failure.Reason == ReasonForbidden:
		return &Failure{ReasonSecretForbidden, fmt.Sprintf("the gate may not read Secret %s", r.name)}
	case seen.failure != nil:
		return &Failure{ReasonSecretUnreadable, fmt.Sprintf("Secret %s cannot be read: %s", r.name, seen.failure.Message)}
	case seen.synced:
		return &Failure{ReasonSecretMissing, fmt.Sprintf("there is no Secret %s", r.name)}
	}
	return nil
}

// judgeAgainAfter is when credentials that have expired are judged again: the clock here may have been wrong, and be right by then.
const judgeAgainAfter = 5 * time.Second

// use connects with credentials, until they expire. It returns when they must be judged again; nil: never.
func (r *remoteCluster) use(c *credentials.Credentials) (due <-chan time.Time) {
	if !c.Expires.IsZero() {
		left := c.Expires.Sub(r.clock.Now())
		due = r.clock.After(max(left, judgeAgainAfter))
		if left <= 0 {
			r.disconnect(r.expired(c), c.Expires)
			return due
		}
	}
	connection, err := dial(c.Config())
	if err != nil { // what Parse accepts, dials
		r.disconnect(Failure{ReasonTLS, fmt.Sprintf("the credentials in Secret %s cannot be used", r.name)}, c.Expires)
		return due
	}
	r.connect(r.ctx, connection, c.Expires, r.expired(c))
	return due
}

func (r *remoteCluster) expired(c *credentials.Credentials) Failure {
	return Failure{ReasonTokenExpired, fmt.Sprintf("the credentials in Secret %s expired at %s", r.name, c.Expires.UTC().Format(time.RFC3339))}
}
