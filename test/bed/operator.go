package bed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// OperatorUser is the user of an Operator in audit logs.
const OperatorUser = "casskop"

// State is what CassKop says about a CassandraCluster and about each of its racks.
type State struct{ Phase, Action, ActionStatus string }

// States that CassKop goes through.
var (
	// Initializing: the first pods are on their way.
	Initializing = State{casskop.PhaseInitializing, casskop.ActionInitializing, casskop.StatusOngoing}
	// Ongoing: pods are being changed. The phase says Running all the while.
	Ongoing = State{casskop.PhaseRunning, casskop.ActionUpdateDockerImage, casskop.StatusOngoing}
	// Pending: pods that were up are down.
	Pending = State{casskop.PhasePending, casskop.ActionUpdateDockerImage, casskop.StatusOngoing}
	// Done: all is as the spec wants it.
	Done = State{casskop.PhaseRunning, casskop.ActionUpdateDockerImage, casskop.StatusDone}
	// Corrected: a change was refused, and the old value is back in spec. Who uses it puts it there.
	Corrected = State{casskop.PhaseRunning, casskop.ActionCorrectCRDConfig, casskop.StatusDone}
)

// Operator stands in for CassKop in one cluster, under a user name of its own. By hand, TakeIn; by itself, Run.
type Operator struct {
	cluster *Cluster
	client  client.Client
}

// Operator makes a stand-in for CassKop.
func (c *Cluster) Operator(t testing.TB) *Operator {
	t.Helper()
	own, err := client.New(c.User(t, OperatorUser, "system:masters"), client.Options{Scheme: Scheme})
	if err != nil {
		t.Fatal(err)
	}
	return &Operator{cluster: c, client: own}
}

// TakeIn does what CassKop does at the end of a pass: one update that writes status, and beside it the annotation with the spec that
// the status was computed from, which is the one that is live. It tries again when somebody else wrote meanwhile.
func (o *Operator) TakeIn(ctx context.Context, key client.ObjectKey, state State) error {
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		cc := NewCassandraCluster(key)
		if err := o.client.Get(ctx, key, cc); err != nil {
			return err
		}
		return o.write(ctx, cc, state)
	})
}

// write is one pass on the object as it was read. A conflict says that it has changed since.
func (o *Operator) write(ctx context.Context, cc *unstructured.Unstructured, state State) error {
	if err := takeIn(cc, state); err != nil {
		return fmt.Errorf("%s: %w", client.ObjectKeyFromObject(cc), err)
	}
	return o.client.Update(ctx, cc)
}

// takeIn writes what CassKop writes into the object.
func takeIn(cc *unstructured.Unstructured, state State) error {
	applied := cc.DeepCopy()
	applied.SetAnnotations(nil)
	applied.SetManagedFields(nil) // CassKop's types leave them out
	delete(applied.Object, "status")
	lastApplied, err := json.Marshal(applied)
	if err != nil {
		return err
	}
	annotations := cc.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[casskop.AnnotationLastApplied] = string(lastApplied)
	cc.SetAnnotations(annotations)
	return setStatus(cc, state)
}

func setStatus(cc *unstructured.Unstructured, state State) error {
	typed := &casskop.CassandraCluster{}
	encoded, err := cc.MarshalJSON()
	if err = errors.Join(err, json.Unmarshal(encoded, typed)); err != nil {
		return err
	}
	racks := map[string]any{}
	for _, dc := range typed.Datacenters() {
		for _, rack := range dc.Racks {
			racks[dc.Name+"-"+rack] = map[string]any{"phase": state.Phase,
				"cassandraLastAction": map[string]any{"name": state.Action, "status": state.ActionStatus}, "podLastOperation": map[string]any{}}
		}
	}
	status, _, err := unstructured.NestedMap(cc.Object, "status") // seedlist stays
	if err != nil {
		return err
	}
	if status == nil {
		status = map[string]any{}
	}
	status["phase"], status["lastClusterAction"], status["lastClusterActionStatus"] = state.Phase, state.Action, state.ActionStatus
	status["cassandraRackStatus"] = racks
	cc.Object["status"] = status
	return nil
}

// NewCassandraCluster is an empty CassandraCluster of API v2, for a client to read into.
func NewCassandraCluster(key client.ObjectKey) *unstructured.Unstructured {
	cc := &unstructured.Unstructured{}
	cc.SetAPIVersion(casskop.APIVersionV2)
	cc.SetKind(casskop.KindCassandraCluster)
	cc.SetNamespace(key.Namespace)
	cc.SetName(key.Name)
	return cc
}
