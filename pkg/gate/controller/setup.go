package controller

import (
	"context"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

const (
	// A confirming read of a dead cluster takes some seconds. So many may be under way before other gates have to wait.
	workers = 32
	// Errors are those of the API server here, which will be back.
	firstRetry = 50 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Queue is where gates are put that must be looked at. Its zero value is ready for use; what is put before the controller runs is
// dropped, since the controller begins by looking at all Gates.
type Queue struct {
	started chan struct{}
	queue   workqueue.TypedRateLimitingInterface[reconcile.Request]
}

// NewQueue makes one.
func NewQueue() *Queue {
	return &Queue{started: make(chan struct{})}
}

// Add has a Gate looked at now. It does not block.
func (q *Queue) Add(name types.NamespacedName) {
	select {
	case <-q.started:
		q.queue.Add(reconcile.Request{NamespacedName: name})
	default:
	}
}

// AddKey is Add for a name that is written as namespace/name.
func (q *Queue) AddKey(key string) {
	namespace, name, _ := strings.Cut(key, "/")
	q.Add(types.NamespacedName{Namespace: namespace, Name: name})
}

func (q *Queue) start(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	q.queue = queue
	close(q.started)
	return nil
}

// SetupWithManager adds the controller of Gates to a manager, to look at Gates when they change and when they are put into the queue.
func (r *Reconciler) SetupWithManager(mgr manager.Manager, queue *Queue) error {
	return builder.ControllerManagedBy(mgr).
		Named("gate").
		For(&v1alpha1.Gate{}).
		WatchesRawSource(source.Func(queue.start)).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: workers,
			RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry),
			LogConstructor:          r.Log,
		}).
		Complete(r)
}

// Carries is the revision that the CassandraCluster of a Gate carries, as the watch last brought it: empty if it carries none or
// does not exist. It is not known while the Gate is not, or the CassandraCluster was not looked at yet.
func (r *Reconciler) Carries(name types.NamespacedName) (revision string, known bool) {
	g := &v1alpha1.Gate{}
	if err := r.Client.Get(context.Background(), name, g); err != nil { // from the cache
		return "", false
	}
	here, problem := r.Clusters.SeeHere(g)
	return here.Revision, problem == ""
}
