package flux

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// FieldManager is the name under which the annotation of a Kustomization is written.
const FieldManager = "casskop-gitops-gate"

// workers bounds how many Gates are served at once, so that a slow answer for one does not delay the others.
const workers = 4

// Errors that are retried are those of the API server here, which will be back.
const (
	firstRetry = 50 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Carried knows which revision the CassandraClusters here carry.
type Carried interface {
	// Carries returns the revision that the CassandraCluster of a Gate carries, empty if it carries none or does not exist. It is
	// not known while nobody has looked. [Notifier.Wake] must be called whenever the answer changes.
	Carries(gate types.NamespacedName) (revision string, known bool)
}

// Notifier asks Flux to reconcile what a Gate has let through. Its exported fields must be set before SetupWithManager and not
// be changed afterwards.
type Notifier struct {
	// Client reads Gates, from a cache, and patches Kustomizations.
	Client client.Client
	// Reader reads Kustomizations, from the API server: there is no right to list or watch them.
	Reader client.Reader
	// Carried tells when the work is done.
	Carried Carried
	// Log is the logger for a request; for none, the one of the controller itself.
	Log func(*reconcile.Request) logr.Logger
	// Clock tells the time.
	Clock clock.PassiveClock

	queue  atomic.Pointer[queue]
	failed sync.Map // types.NamespacedName of a Gate to the words in which its last failure was logged
}

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// SetupWithManager adds a controller of Gates to a manager. The manager's scheme must know them.
func (n *Notifier) SetupWithManager(mgr manager.Manager) error {
	return builder.ControllerManagedBy(mgr).
		Named("flux").
		For(&v1alpha1.Gate{}).
		WatchesRawSource(source.Func(func(_ context.Context, q queue) error {
			n.queue.Store(&q)
			return nil
		})).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: workers,
			RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry),
			LogConstructor:          n.Log,
		}).
		Complete(n)
}

// Wake has a Gate looked at now. It never blocks. Before the controller has started it does nothing: the start looks at all Gates.
func (n *Notifier) Wake(gate types.NamespacedName) {
	if q := n.queue.Load(); q != nil {
		(*q).Add(reconcile.Request{NamespacedName: gate})
	}
}
