package controller

import (
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// Reasons of Events beside those of pkg/gate.
const (
	// ReasonCredentialsExpiring: the credentials for a cluster that is waited for end within seven days. Renew the Secret.
	ReasonCredentialsExpiring = "CredentialsExpiring"
)

// WarnBefore is how long before credentials expire an Event says so.
const WarnBefore = 7 * 24 * time.Hour

// addExpiry says in a status when the credentials for each cluster end.
func (r *Reconciler) addExpiry(g *v1alpha1.Gate) {
	for i, w := range g.Spec.WaitFor {
		if at := r.Clusters.Expires(g, w); !at.IsZero() && i < len(g.Status.WaitFor) {
			g.Status.WaitFor[i].CredentialsExpire = &metav1.Time{Time: at.Truncate(time.Second)}
		}
	}
}

// warnOfExpiry makes an Event for each cluster whose credentials end soon, once, and says when the next is due; 0: none.
func (r *Reconciler) warnOfExpiry(g *v1alpha1.Gate) time.Duration {
	var next time.Duration
	for _, w := range g.Spec.WaitFor {
		at := r.Clusters.Expires(g, w)
		left := at.Sub(r.Clock.Now())
		switch {
		case at.IsZero() || left <= 0:
		case left > WarnBefore:
			next = soonest(next, left-WarnBefore)
		case r.warned.first(client.ObjectKeyFromObject(g), w.Cluster, at):
			// without the Secret the recorder would take the warnings of several clusters for one
			secret := &corev1.ObjectReference{APIVersion: "v1", Kind: "Secret", Namespace: g.Namespace, Name: w.SecretRef.Name}
			r.Events.Eventf(g, secret, corev1.EventTypeWarning, ReasonCredentialsExpiring, "Watch",
				"%s: the credentials in Secret %s expire at %s", w.Cluster, w.SecretRef.Name, at.UTC().Format(time.RFC3339))
		}
	}
	return next
}

// warned remembers which expiry was warned of, by gate and cluster. The zero value is ready for use.
type warned struct {
	mu    sync.Mutex
	gates map[types.NamespacedName]map[string]time.Time
}

// first says whether it is asked about this expiry for the first time.
func (w *warned) first(gate types.NamespacedName, cluster string, at time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gates == nil {
		w.gates = map[types.NamespacedName]map[string]time.Time{}
	}
	if w.gates[gate] == nil {
		w.gates[gate] = map[string]time.Time{}
	}
	known := w.gates[gate][cluster].Equal(at)
	w.gates[gate][cluster] = at
	return !known
}

func (w *warned) forget(gate types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.gates, gate)
}
