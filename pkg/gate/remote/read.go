package remote

import (
	"context"
	"errors"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// ReadHere reads the CassandraCluster that a Gate holds, with quorum. An unknown one comes with the reason in words.
func (c *Clusters) ReadHere(ctx context.Context, g *v1alpha1.Gate) (gate.Sight, string) {
	object, failure := c.here.get(ctx, c.interestHere(g))
	if failure != nil {
		return gate.Sight{}, failure.Message
	}
	return gate.SightOf(object), ""
}

// ErrBusy says that so many gates read from a cluster already that this one has to come again.
var ErrBusy = errors.New("too many gates read from the cluster at the moment")

// readers are how many gates may read from one cluster at a time. A dead one lets each wait for some seconds, and must not take the
// controller away from gates that wait for others.
const readers = 4

// Busy says whether [Clusters.ReadOthers] would return [ErrBusy] now. It asks nobody.
func (c *Clusters) Busy(g *v1alpha1.Gate) bool {
	for _, w := range g.Spec.WaitFor {
		at := c.clusterOf(g, w)
		if at == nil || !at.readers.TryAcquire(1) {
			return true
		}
		at.readers.Release(1)
	}
	return false
}

// ReadOthers reads the clusters that a Gate waits for, with quorum: one after the other in the order of the spec, of each the Gate
// before the CassandraCluster, as the model of the protocol does. It stops at the first that cannot be read: that one holds
// the gate anyway, and the others are as the watches saw them. The only error is [ErrBusy].
func (c *Clusters) ReadOthers(ctx context.Context, g *v1alpha1.Gate) (map[string]gate.Other, error) {
	others := c.SeeOthers(g)
	for _, w := range g.Spec.WaitFor {
		at := c.clusterOf(g, w)
		if at == nil || !at.readers.TryAcquire(1) {
			return nil, ErrBusy
		}
		read, failure := c.readOther(ctx, at, g, w)
		at.readers.Release(1)
		if failure != nil {
			other := others[w.Cluster]
			other.Failure, other.FailureMessage = failure.Reason, failure.Message
			others[w.Cluster] = other
			break
		}
		others[w.Cluster] = read
	}
	return others, nil
}

func (c *Clusters) readOther(ctx context.Context, at *cluster, g *v1alpha1.Gate, w v1alpha1.WaitFor) (gate.Other, *Failure) {
	var other gate.Other
	if g.Spec.Serialize != v1alpha1.SerializeChain {
		i := interestInWish(g, w)
		object, failure := at.get(ctx, i)
		if failure != nil {
			return other, failure
		}
		wanted := wishOf(object)
		other.Gate, other.Wants = presenceOf(true, object != nil), wanted.revision
		other.WantsSince = at.wish(i.place, i.object).row.sinceOf(wanted)
	}
	i := interestInCassandra(g, w)
	object, failure := at.get(ctx, i)
	if failure != nil {
		return other, failure
	}
	other.Cluster = gate.SightOf(object)
	other.ReadySince = at.cassandra(i.place, i.object).row.soak.Of(other.Cluster)
	other.LastSeen = c.clock.Now()
	return other, nil
}

// unansweredFor is how long a read without an answer speaks for other reads of the same cluster. Each would take seconds to find the same.
// It is less than the time after which a gate reads again.
const unansweredFor = time.Second

// get reads one object, with quorum; nil if there is none.
func (c *cluster) get(ctx context.Context, i interest) (map[string]any, *Failure) {
	connection, failure := c.connected()
	if failure != nil {
		return nil, failure
	}
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	// no resourceVersion: the API server asks a quorum of etcd
	object, err := connection.Resource(i.GroupVersionResource).Namespace(i.object.Namespace).Get(limited, i.object.Name, metav1.GetOptions{})
	switch {
	case err == nil:
		return object.Object, nil
	case objectMissing(err):
		return nil, nil
	}
	failed := failureOf(connection.server, err)
	if _, ok := answered(connection.server, err); !ok {
		c.remember(connection, failed)
	}
	return nil, &failed
}

// objectMissing tells an API server that knows the resource and has no such object from all else that answers 404.
func objectMissing(err error) bool {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || !apierrors.IsNotFound(err) {
		return false
	}
	details := status.Status().Details
	return details != nil && details.Name != "" && !apierrors.HasStatusCause(err, metav1.CauseTypeUnexpectedServerResponse)
}
