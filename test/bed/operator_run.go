package bed

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// Pace is how fast an operator is. CassKop needs up to 5 s, 25 s at worst, to notice a change; a node, minutes to roll.
type Pace struct {
	// Notice is how long a new spec stays unseen, with the status of the old one beside it.
	Notice time.Duration
	// Roll is how long pods are then changed.
	Roll time.Duration
}

// Run drives every CassandraCluster of the cluster until the test ends: a new spec is taken in after pace.Notice as Initializing or
// Ongoing, and is Done pace.Roll later. A spec that changes meanwhile is taken in anew. What is Corrected is left alone.
func (o *Operator) Run(t testing.TB, pace Pace) {
	t.Helper()
	manager, err := ctrl.NewManager(o.cluster.User(t, OperatorUser, "system:masters"), ctrl.Options{
		Scheme: Scheme, Logger: logr.Discard(), Metrics: metricsserver.Options{BindAddress: "0"},
		Controller: config.Controller{MaxConcurrentReconciles: 100, SkipNameValidation: ptr.To(true)}, // one for each object at work
	})
	if err != nil {
		t.Fatal(err)
	}
	err = ctrl.NewControllerManagedBy(manager).Named(OperatorUser).For(NewCassandraCluster(client.ObjectKey{})).
		WithOptions(controller.Options{LogConstructor: func(*ctrl.Request) logr.Logger { return logr.Discard() }}).
		Complete(&pass{Operator: o, pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// pass takes one CassandraCluster from where it is to Done.
type pass struct {
	*Operator
	pace Pace
}

// Reconcile relies on resourceVersion: each write is made to the very object that was read, so that what changed meanwhile is a
// conflict, and begins a new pass.
func (p *pass) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	cc := NewCassandraCluster(request.NamespacedName)
	if err := p.client.Get(ctx, request.NamespacedName, cc); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	switch casskop.ReadinessOf(cc.Object).Reason {
	case casskop.ReasonReady, casskop.ReasonCorrected, casskop.ReasonDeleting:
		return ctrl.Result{}, nil
	case casskop.ReasonNotTakenIn:
		if err := p.notice(ctx, cc); err != nil {
			return again(err)
		}
	}
	if err := after(ctx, p.pace.Roll); err != nil {
		return again(err)
	}
	return again(p.write(ctx, cc, Done))
}

// notice takes in, some time later, what is live then.
func (p *pass) notice(ctx context.Context, cc *unstructured.Unstructured) error {
	if err := after(ctx, p.pace.Notice); err != nil {
		return err
	}
	if err := p.client.Get(ctx, client.ObjectKeyFromObject(cc), cc); err != nil {
		return err
	}
	if phase, _, _ := casskop.Progress(cc.Object); phase == "" {
		return p.write(ctx, cc, Initializing)
	}
	return p.write(ctx, cc, Ongoing)
}

// again begins a new pass at once after a conflict, and none when the object is gone or the test is over.
func again(err error) (ctrl.Result, error) {
	if errors.Is(err, context.Canceled) {
		return ctrl.Result{}, nil
	}
	if apierrors.IsConflict(err) {
		return ctrl.Result{RequeueAfter: time.Millisecond}, nil
	}
	return ctrl.Result{}, client.IgnoreNotFound(err)
}

// after waits.
func after(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
