package status

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/advice"
)

// Reasons beside those of a Gate and of a cluster that cannot be seen.
const (
	// ReasonNotLookedAt: the controller there has not looked at the Gate's present spec yet. Wait some seconds, then see whether the controller
	// runs there.
	ReasonNotLookedAt = "NotLookedAt"
	// ReasonNotApplied: the gate is open, and the CassandraCluster does not carry the revision yet. Wait; if it stays so, look at the delivery
	// tool there.
	ReasonNotApplied = "NotApplied"
)

// Seen is what was read in one cluster.
type Seen struct {
	// Cluster, Context, Secret and Server are as in [Cluster].
	Cluster, Context, Secret, Server string
	// Reason and Message are why it could not be read; empty if it could.
	Reason, Message string
	// Gate is nil if there is none.
	Gate *v1alpha1.Gate
	// Cassandra is the CassandraCluster, decoded from JSON; nil if there is none.
	Cassandra map[string]any
	// ReadySince is since when it was seen to be ready; zero: it is not, or it is not known.
	ReadySince time.Time
}

// RingOf assembles a ring from what was seen of its clusters, in the order of the rollout. It does not change what it is given.
func RingOf(namespace, name string, seen []Seen) Ring {
	ring := Ring{Name: name, Namespace: namespace, Through: len(seen) > 0, Clusters: []Cluster{}}
	for _, s := range seen {
		c := s.cluster()
		if since := readySince(c, s.ReadySince, seen); !since.IsZero() {
			c.CassandraCluster.ReadySince = &metav1.Time{Time: since}
		}
		ring.Through = ring.Through && !slices.ContainsFunc(c.Problems, Problem.hinders)
		ring.Clusters = append(ring.Clusters, c)
	}
	return ring
}

// hinders says whether a ring with this problem is not through.
func (p Problem) hinders() bool { return p.Kind != NotReady || p.Stalled }

// readySince is the earliest time since when a CassandraCluster was seen to be ready at its revision: by whoever looks now, or by the Gate of
// another cluster, which watches it all the time.
func readySince(c Cluster, own time.Time, seen []Seen) time.Time {
	if !c.CassandraCluster.Ready {
		return time.Time{}
	}
	first := own
	for _, s := range seen {
		if s.Gate == nil {
			continue
		}
		for _, w := range s.Gate.Status.WaitFor {
			counts := w.Cluster == c.Cluster && w.Revision == c.CassandraCluster.Carries && w.ReadySince != nil
			if counts && (first.IsZero() || w.ReadySince.Time.Before(first)) {
				first = w.ReadySince.Time
			}
		}
	}
	return first
}

func (s Seen) cluster() Cluster {
	c := Cluster{Cluster: s.Cluster, Context: s.Context, Secret: s.Secret, Server: s.Server, Reached: s.Reason == "", Problems: []Problem{}}
	if !c.Reached {
		c.Gate.State = Unknown
		c.report(Unreached, false, s.Reason, s.Message)
		return c
	}
	c.Gate = gateOf(s.Gate)
	c.CassandraCluster = cassandraOf(s.Cassandra)
	c.judge()
	return c
}

// judge finds what is not as it should be.
func (c *Cluster) judge() {
	carries := cmp.Or(c.CassandraCluster.Carries, "none")
	switch {
	case c.Gate.State != Open:
		c.report(GateProblem, c.Gate.State == Stalled, c.Gate.Reason, c.Gate.Message)
	case c.CassandraCluster.Carries != c.Gate.Wants:
		c.report(NotApplied, false, ReasonNotApplied, fmt.Sprintf("the gate is open for revision %s, the CassandraCluster carries %s", c.Gate.Wants, carries))
	}
	if found := c.CassandraCluster; found.Exists && !found.Ready {
		c.report(NotReady, found.Reason == casskop.ReasonCorrected, found.Reason, found.Message)
	}
}

func (c *Cluster) report(kind ProblemKind, stalled bool, reason, message string) {
	c.Problems = append(c.Problems, Problem{kind, stalled, reason, message, advice.For(reason)})
}

func gateOf(g *v1alpha1.Gate) Gate {
	if g == nil {
		return Gate{State: Missing, Reason: gate.ReasonGateMissing, Message: "there is no Gate"}
	}
	found := Gate{State: Held, Wants: g.Spec.Revision, Hold: g.Spec.Hold, StableFor: g.Spec.StableFor}
	ready := apimeta.FindStatusCondition(g.Status.Conditions, meta.ReadyCondition)
	if g.Status.ObservedGeneration != g.Generation || ready == nil {
		found.Reason, found.Message = ReasonNotLookedAt, "the controller has not looked at the Gate's present spec yet"
		return found
	}
	found.Reason, found.Message, found.Since = ready.Reason, ready.Message, ready.LastTransitionTime.DeepCopy()
	switch {
	case gate.IsOpen(g):
		found.State = Open
	case apimeta.IsStatusConditionTrue(g.Status.Conditions, meta.StalledCondition):
		found.State = Stalled
	}
	return found
}

func cassandraOf(object map[string]any) CassandraCluster {
	if object == nil {
		return CassandraCluster{}
	}
	sight := gate.SightOf(object)
	found := CassandraCluster{
		Exists: true, Carries: sight.Revision, Phase: sight.Phase, LastClusterAction: sight.Action, LastClusterActionStatus: sight.ActionStatus,
		Ready: sight.Readiness.Ready, Reason: sight.Readiness.Reason, Message: sight.Readiness.Message,
	}
	found.NodesReady, found.NodesWanted = casskop.NodesOf(object)
	dcs, _ := casskop.DatacentersOf(object) // its readiness says what cannot be read
	for _, dc := range dcs {
		found.Datacenters = append(found.Datacenters, dc.Name)
	}
	return found
}
