package controller

import (
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/fluxcd/pkg/apis/meta"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// announce tells of a verdict in an Event and in a line of the log, if it is news.
func (r *Reconciler) announce(ctx context.Context, before, after *v1alpha1.Gate, verdict gate.Verdict) {
	if !news(before, after) {
		return
	}
	kind, action, what := corev1.EventTypeNormal, "Hold", "the gate is held"
	if verdict.Open {
		action, what = "Open", "the gate is open"
	}
	if verdict.Warn {
		kind = corev1.EventTypeWarning
	}
	log.FromContext(ctx).Info(what, "revision", after.Spec.Revision, "reason", verdict.Reason, "message", clip(verdict.Message, longestNote))
	r.Events.Eventf(after, nil, kind, verdict.Reason, action, "%s", clip("revision "+after.Spec.Revision+": "+verdict.Message, longestNote))
}

// news says whether a status tells something new: another answer, another reason for it, or another cluster to wait for. That a Gate
// settles is none: it ends by itself in two seconds.
func news(before, after *v1alpha1.Gate) bool {
	was := apimeta.FindStatusCondition(before.Status.Conditions, meta.ReadyCondition)
	is := apimeta.FindStatusCondition(after.Status.Conditions, meta.ReadyCondition)
	switch {
	case is.Reason == gate.ReasonSettling:
		return false
	case was == nil || was.ObservedGeneration != is.ObservedGeneration:
		return true
	}
	return was.Status != is.Status || was.Reason != is.Reason || heldFor(before) != heldFor(after)
}

// heldFor is the cluster that a Gate is held for; empty: none.
func heldFor(g *v1alpha1.Gate) string {
	for _, w := range g.Status.WaitFor {
		if w.Holds {
			return w.Cluster
		}
	}
	return ""
}

// Limits of the API server, in bytes and in characters: beyond them it refuses an Event, or the whole status. What a human gives as a
// reason, and what other servers say, may be longer.
const (
	longestNote    = 1024
	longestMessage = 32768
)

// clip shortens a text to some bytes.
func clip(text string, limit int) string {
	const end = "..."
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit-len(end)], "") + end
}
