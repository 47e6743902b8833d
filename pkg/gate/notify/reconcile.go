package notify

import (
	"context"
	"errors"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// deadline bounds all requests of one look.
const deadline = 10 * time.Second

// Reconcile has the Tool take one step for a Gate, if something is owed, and says when to look again.
func (n *Notifier) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	var gate v1alpha1.Gate
	if err := n.Client.Get(ctx, req.NamespacedName, &gate); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if !n.owed(&gate) {
		n.failed.Delete(req.NamespacedName)
		return reconcile.Result{}, nil
	}
	opened := openedAt(&gate)
	after, err := n.Tool.Hasten(ctx, &gate, opened)
	if Unavailable(err) {
		n.report(ctx, req.NamespacedName, err)
		return reconcile.Result{RequeueAfter: Pause(n.Clock.Since(opened))}, nil
	}
	if err == nil {
		n.failed.Delete(req.NamespacedName)
	}
	return reconcile.Result{RequeueAfter: after}, err
}

// owed says that the Gate is open for a revision that the CassandraCluster here does not carry.
func (n *Notifier) owed(g *v1alpha1.Gate) bool {
	if !gate.IsOpen(g) || !g.DeletionTimestamp.IsZero() {
		return false
	}
	revision, known := n.Carried.Carries(client.ObjectKeyFromObject(g))
	return known && revision != g.Spec.Revision
}

func openedAt(gate *v1alpha1.Gate) time.Time {
	if gate.Status.OpenedAt == nil {
		return time.Time{}
	}
	return gate.Status.OpenedAt.Time
}

// Refusal is why a Tool leaves an object alone that it could read.
type Refusal string

// Error is the reason.
func (r Refusal) Error() string { return string(r) }

// Unavailable says that the objects of a Tool are not there for us: nobody made them, they are another's, or there is no right to
// them. It is logged once, and looked at ever more seldom.
func Unavailable(err error) bool {
	_, refused := errors.AsType[Refusal](err)
	return refused || apierrors.IsNotFound(err) || apierrors.IsForbidden(err) || meta.IsNoMatchError(err)
}

// report logs a failure once for as long as it stays the same.
func (n *Notifier) report(ctx context.Context, gate types.NamespacedName, err error) {
	if before, _ := n.failed.Swap(gate, err.Error()); before != err.Error() {
		log.FromContext(ctx).Info(n.Tool.Name()+" cannot be asked to apply what this Gate has let through; it will do so at its own interval",
			"error", err.Error())
	}
}
