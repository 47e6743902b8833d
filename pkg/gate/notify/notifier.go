package notify

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

// FieldManager is the name under which a Tool writes.
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

// Tool is a delivery tool that can be asked to apply now what it would apply later.
type Tool interface {
	// Name is what people call it, as in Argo CD.
	Name() string
	// Hasten takes one step, with one write at most, for a Gate that opened at a time, and whose CassandraCluster the tool has not
	// applied yet. It says when to look again; 0: not before something changes here. A Gate that did not come by this tool is left
	// alone without an error. An error for which waiting may not help is a [Refusal], or one that [Unavailable] knows.
	Hasten(ctx context.Context, gate *v1alpha1.Gate, opened time.Time) (time.Duration, error)
}

// Notifier has a Tool apply what Gates have let through. Its exported fields must be set before SetupWithManager and not be changed
// afterwards.
type Notifier struct {
	// Name names the controller in metrics.
	Name string
	// Tool is asked.
	Tool Tool
	// Client reads Gates, from a cache.
	Client client.Reader
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
		Named(n.Name).
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
