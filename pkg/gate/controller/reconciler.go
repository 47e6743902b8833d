package controller

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/seeds"
)

// Reconciler decides about Gates. Its fields are set once.
type Reconciler struct {
	// Client reads Gates from a cache and patches their status.
	Client client.Client
	// Clusters sees the clusters.
	Clusters *remote.Clusters
	// Seeds asks the seeds.
	Seeds *seeds.Checker
	// Events records what happened to a Gate.
	Events events.EventRecorder
	// Log is the logger for a request; for none, the one of the controller itself.
	Log func(*reconcile.Request) logr.Logger
	// Clock tells the time.
	Clock clock.PassiveClock
	// Moved is told when a Gate may have to be acted upon by others; nil: nobody.
	Moved func(types.NamespacedName)

	wishes wishes
	writes writes
	warned warned
}

// readAgainAfter is when a gate is looked at again whose confirming read did not say what the watches say. They catch up long before.
const readAgainAfter = 2 * time.Second

// comeAgainAfter is when a gate is looked at again that found too many others reading. A read takes some milliseconds.
const comeAgainAfter = 20 * time.Millisecond

// Reconcile looks at one Gate.
func (r *Reconciler) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	result, err := r.look(ctx, request)
	if ctx.Err() != nil {
		return reconcile.Result{}, nil // the process ends: what it can no longer do is no error
	}
	return result, err
}

func (r *Reconciler) look(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	g := &v1alpha1.Gate{}
	if err := r.Client.Get(ctx, request.NamespacedName, g); apierrors.IsNotFound(err) || err == nil && g.DeletionTimestamp != nil {
		r.forget(request.NamespacedName)
		return reconcile.Result{}, nil
	} else if err != nil {
		return reconcile.Result{}, err
	}
	if r.writes.ahead(g) {
		return reconcile.Result{}, nil // the watch brings what was written last, in a moment
	}
	r.Clusters.Follow(g)
	facts := r.watched(g)
	verdict, err := r.confirmed(ctx, facts, gate.Decide(facts))
	if err != nil {
		return reconcile.Result{RequeueAfter: comeAgainAfter}, nil
	}
	if !verdict.Open && r.Clusters.Connecting(g) {
		if g.Status.ObservedGeneration == g.Generation {
			return reconcile.Result{}, nil // an answer, or the reason for none, comes in some seconds; what was recorded before holds
		}
		verdict = gate.JustChanged(verdict) // at once: Flux waits for it, and looks again only every 5 s
	}
	r.askSeeds(request.NamespacedName, g, verdict)
	if err := r.record(ctx, g, verdict); err != nil {
		return reconcile.Result{}, err
	}
	if r.Moved != nil {
		r.Moved(request.NamespacedName)
	}
	return reconcile.Result{RequeueAfter: soonest(verdict.RequeueAfter, r.warnOfExpiry(g))}, nil
}

func (r *Reconciler) forget(name types.NamespacedName) {
	r.Clusters.Forget(name)
	r.Seeds.Forget(name.String())
	r.wishes.forget(name)
	r.writes.forget(name)
	r.warned.forget(name)
	if r.Moved != nil {
		r.Moved(name)
	}
}

// askSeeds has the seeds asked while the gate waits for nothing but them.
func (r *Reconciler) askSeeds(name types.NamespacedName, g *v1alpha1.Gate, verdict gate.Verdict) {
	switch verdict.Reason {
	case gate.ReasonSeedsNotAsked, gate.ReasonNoSeedAnswers:
		r.Seeds.Ask(name.String(), g.Spec.Seeds.Hosts, g.Spec.Seeds.Port)
	default:
		r.Seeds.Forget(name.String())
	}
}

// soonest of some durations; 0 is never.
func soonest(durations ...time.Duration) time.Duration {
	var first time.Duration
	for _, d := range durations {
		if d > 0 && (first == 0 || d < first) {
			first = d
		}
	}
	return first
}
