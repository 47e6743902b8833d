package controller

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
)

// watched are the facts as the watches last brought them.
func (r *Reconciler) watched(g *v1alpha1.Gate) gate.Facts {
	name := client.ObjectKeyFromObject(g)
	facts := gate.Facts{Gate: *g, WantsSince: r.wishes.since(g, r.Clock.Now()), Others: r.Clusters.SeeOthers(g)}
	facts.Here, facts.HereMessage = r.Clusters.SeeHere(g)
	facts.Seeds, facts.SeedsMessage = r.Seeds.Answer(name.String())
	facts.Now = r.Clock.Now() // last, so that nothing was seen in the future
	return facts
}

// confirmed decides again on what is read now, with quorum, before a gate opens. The only error is remote.ErrBusy.
func (r *Reconciler) confirmed(ctx context.Context, facts gate.Facts, verdict gate.Verdict) (gate.Verdict, error) {
	if !verdict.Open || verdict.Reason == gate.ReasonOpenedByHand || gate.IsOpen(&facts.Gate) {
		return verdict, nil // these rest on the Gate alone
	}
	if verdict.Reason != gate.ReasonCarried && r.Clusters.Busy(&facts.Gate) {
		return verdict, remote.ErrBusy // before the API server here is asked for nothing
	}
	var busy error
	var reads sync.WaitGroup
	reads.Go(func() { facts.Here, facts.HereMessage = r.Clusters.ReadHere(ctx, &facts.Gate) })
	if verdict.Reason != gate.ReasonCarried {
		facts.Others, busy = r.Clusters.ReadOthers(ctx, &facts.Gate)
	}
	reads.Wait()
	if busy != nil {
		return verdict, busy
	}
	facts.Now = r.Clock.Now()
	confirmed := gate.Decide(facts)
	if !confirmed.Open {
		confirmed.RequeueAfter = soonest(confirmed.RequeueAfter, readAgainAfter)
	}
	return confirmed, nil
}

// wishes are since when each Gate has been seen with its present generation. The zero value is ready for use.
type wishes struct {
	mu    sync.Mutex
	gates map[types.NamespacedName]wished
}

type wished struct {
	uid        types.UID
	generation int64
	since      time.Time
}

func (w *wishes) since(g *v1alpha1.Gate, now time.Time) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := client.ObjectKeyFromObject(g)
	found := w.gates[name]
	if found.uid != g.UID || found.generation != g.Generation {
		found = wished{g.UID, g.Generation, now}
		if w.gates == nil {
			w.gates = map[types.NamespacedName]wished{}
		}
		w.gates[name] = found
	}
	return found.since
}

func (w *wishes) forget(name types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.gates, name)
}
