package flux

import (
	"context"
	"strings"
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

// Labels that kustomize-controller puts on what it applies (fluxcd/pkg/ssa, owner.go).
const (
	labelName      = "kustomize.toolkit.fluxcd.io/name"
	labelNamespace = "kustomize.toolkit.fluxcd.io/namespace"
)

// gateSuffix ends the name of the Kustomization that render makes for the Gate of a ring; without it, it is that of the
// CassandraCluster's.
const gateSuffix = "-gate"

// deadline bounds all requests of one look.
const deadline = 10 * time.Second

// Reconcile takes one step for a Gate: it asks for at most one reconcile, and says when to look again.
func (n *Notifier) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	var gate v1alpha1.Gate
	if err := n.Client.Get(ctx, req.NamespacedName, &gate); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	pair, ok := appliedBy(&gate)
	if !ok || !n.owed(&gate) {
		n.failed.Delete(req.NamespacedName)
		return reconcile.Result{}, nil
	}
	opened := openedAt(&gate)
	after, err := n.advance(ctx, pair, opened)
	if unavailable(err) {
		n.report(ctx, req.NamespacedName, err)
		return reconcile.Result{RequeueAfter: between(n.Clock.Since(opened))}, nil
	}
	if err == nil {
		n.failed.Delete(req.NamespacedName)
	}
	return reconcile.Result{RequeueAfter: after}, err
}

// appliedBy names the two Kustomizations of the ring, in the order of asking: the Gate's and the CassandraCluster's. It is not
// ok if the Gate came here in another way.
func appliedBy(gate *v1alpha1.Gate) (pair [2]types.NamespacedName, ok bool) {
	name, namespace := gate.Labels[labelName], gate.Labels[labelNamespace]
	cluster, ok := strings.CutSuffix(name, gateSuffix)
	if !ok || cluster == "" || namespace == "" {
		return pair, false
	}
	return [2]types.NamespacedName{{Namespace: namespace, Name: name}, {Namespace: namespace, Name: cluster}}, true
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

// advance goes through the pair and acts on the first one that is not done. It returns when to look again.
func (n *Notifier) advance(ctx context.Context, pair [2]types.NamespacedName, opened time.Time) (time.Duration, error) {
	for i, name := range pair {
		k, err := n.read(ctx, name)
		if err != nil {
			return 0, err
		}
		last := i == len(pair)-1
		if !last && k.done() {
			continue // the CassandraCluster's is done when it carries the revision, and then nothing is owed
		}
		now := n.Clock.Now()
		if after := k.wait(opened, now); after > 0 {
			return after, nil
		}
		return shortest, n.ask(ctx, name, now)
	}
	return 0, nil
}

// unavailable says that the Kustomizations are not there for us: nobody made them, or there is no right to them.
func unavailable(err error) bool {
	return apierrors.IsNotFound(err) || apierrors.IsForbidden(err) || meta.IsNoMatchError(err)
}

// report logs a failure once for as long as it stays the same.
func (n *Notifier) report(ctx context.Context, gate types.NamespacedName, err error) {
	if before, _ := n.failed.Swap(gate, err.Error()); before != err.Error() {
		log.FromContext(ctx).Info("Flux cannot be asked to apply what this Gate has let through; it will do so at its own interval",
			"error", err.Error())
	}
}
