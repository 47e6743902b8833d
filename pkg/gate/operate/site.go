package operate

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
)

// Reasons beside those of the gate for which a cluster is not seen from here.
const (
	// ReasonSecretNotYours: you may not read the Secret that leads to the cluster. Name the contexts of your kubeconfig with --contexts, or ask
	// for the right to get it.
	ReasonSecretNotYours = "SecretNotYours"
)

// site is one cluster, and what is followed there.
type site struct {
	context Context // empty for one that a Secret leads to
	secret  string
	limit   time.Duration
	tell    func()

	mu       sync.Mutex
	client   *remote.Client // nil: not yet, or never
	why      *remote.Failure
	followed map[place]*followed
}

// place is one kind in one namespace, and the name of the only object wanted; empty: all.
type place struct {
	kind            schema.GroupVersionResource
	namespace, name string
}

type followed struct {
	*remote.Objects
	began time.Time
}

func (v *View) newSite() *site {
	return &site{limit: v.scope.Timeout, tell: v.tell, followed: map[place]*followed{}}
}

func (v *View) atContext(c Context) *site {
	s := v.newSite()
	s.context = c
	client, err := remote.NewClient(c.Config)
	s.connect(client, err)
	return s
}

// askAgainAfter is when a Secret is read again that could not be used.
const askAgainAfter = 5 * time.Second

// atSecret is the cluster that a Secret leads to. The Secret is read with the rights of the human, until it is of use.
func (v *View) atSecret(name types.NamespacedName, cluster string) *site {
	key := secretSite{name, cluster}
	if known := v.secrets[key]; known != nil {
		return known
	}
	s := v.newSite()
	s.secret = name.Name
	v.secrets[key] = s
	here := v.contexts[0].client
	read := func(ctx context.Context) (bool, error) {
		limited, cancel := context.WithTimeout(ctx, s.limit)
		defer cancel()
		s.connect(dialSecret(limited, here, name))
		s.tell()
		return s.server() != "", nil
	}
	go func() { _ = wait.PollUntilContextCancel(v.ctx, askAgainAfter, true, read) }() // its error says that nobody looks any more
	return s
}

func (s *site) connect(client *remote.Client, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.client = client
		return
	}
	failure, sorted := errors.AsType[*remote.Failure](err)
	if !sorted {
		failure = &remote.Failure{Reason: remote.ReasonNotSent, Message: err.Error()}
	}
	s.why = failure
}

func dialSecret(ctx context.Context, here *remote.Client, name types.NamespacedName) (*remote.Client, error) {
	failed := func(reason, format string, args ...any) error {
		return &remote.Failure{Reason: reason, Message: fmt.Sprintf("Secret %s: ", name) + fmt.Sprintf(format, args...)}
	}
	object, err := here.Get(ctx, corev1.SchemeGroupVersion.WithResource("secrets"), name)
	failure, _ := errors.AsType[*remote.Failure](err)
	switch {
	case failure != nil && failure.Reason == remote.ReasonForbidden:
		return nil, failed(ReasonSecretNotYours, "you may not read it")
	case failure != nil:
		return nil, failed(remote.ReasonSecretUnreadable, "%s", failure.Message)
	case object == nil:
		return nil, failed(remote.ReasonSecretMissing, "there is none")
	}
	var secret corev1.Secret
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &secret); err != nil {
		return nil, failed(remote.ReasonSecretUnreadable, "its data cannot be read") // the error may quote it
	}
	parsed, err := credentials.Parse(secret.Data)
	if refusal, refused := errors.AsType[*credentials.Refusal](err); refused {
		return nil, failed(refusal.Reason, "%s", refusal.Message)
	}
	if !parsed.Expires.IsZero() && time.Now().After(parsed.Expires) {
		return nil, failed(remote.ReasonTokenExpired, "its credentials expired at %s", parsed.Expires.UTC().Format(time.RFC3339))
	}
	return remote.NewSecretClient(parsed.Config())
}

// server is the address of the API server; empty if it is not known.
func (s *site) server() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		return ""
	}
	return s.client.Server()
}

// objects of a place. Known says that they are all there are; else the failure says why not or, if it is nil, the answer is still awaited.
func (s *site) objects(ctx context.Context, at place) (all map[types.NamespacedName]map[string]any, known bool, failure *remote.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		return nil, false, s.why
	}
	f := s.followed[at]
	if f == nil {
		f = &followed{s.client.Follow(ctx, at.kind, at.namespace, at.name, s.tell), time.Now()}
		s.followed[at] = f
		time.AfterFunc(s.limit, s.tell)
	}
	all, known, failure = f.All()
	if failure != nil && time.Since(f.began) < s.limit && transient[failure.Reason] {
		failure, known = nil, false // it is asked again meanwhile
	}
	if failure == nil && !known && time.Since(f.began) >= s.limit {
		failure = &remote.Failure{Reason: remote.ReasonNotAnswering, Message: fmt.Sprintf("%s has not answered within %s", s.client.Server(), s.limit)}
	}
	return all, known && failure == nil, failure
}

// transient failures are those of an API server that has only just started, among others.
var transient = map[string]bool{remote.ReasonTooManyRequests: true, remote.ReasonServerError: true}

// object is one of a place.
func (s *site) object(ctx context.Context, at place, name types.NamespacedName) (object map[string]any, known bool, failure *remote.Failure) {
	all, known, failure := s.objects(ctx, at)
	return all[name], known, failure
}

func typed[T any](object map[string]any) (*T, error) {
	if object == nil {
		return nil, nil
	}
	found := new(T)
	return found, runtime.DefaultUnstructuredConverter.FromUnstructured((&unstructured.Unstructured{Object: object}).Object, found)
}
