package flux

import (
	"context"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
)

// Labels that kustomize-controller puts on what it applies (fluxcd/pkg/ssa, owner.go).
const (
	labelName      = "kustomize.toolkit.fluxcd.io/name"
	labelNamespace = "kustomize.toolkit.fluxcd.io/namespace"
)

// gateSuffix ends the name of the Kustomization that render makes for the Gate of a ring; without it, it is that of the
// CassandraCluster's.
const gateSuffix = "-gate"

// Tool is Flux.
type Tool struct {
	// Client patches Kustomizations.
	Client client.Client
	// Reader reads Kustomizations, from the API server: there is no right to list or watch them.
	Reader client.Reader
	// Clock tells the time.
	Clock clock.PassiveClock
}

// Name is Flux.
func (t *Tool) Name() string { return "Flux" }

// Hasten asks for at most one reconcile: it goes through the two Kustomizations and acts on the first one that is not done.
func (t *Tool) Hasten(ctx context.Context, gate *v1alpha1.Gate, opened time.Time) (time.Duration, error) {
	pair, ok := appliedBy(gate)
	if !ok {
		return 0, nil
	}
	for i, name := range pair {
		var k kustomization
		if err := kustomizations.Read(ctx, t.Reader, name, &k); err != nil {
			return 0, err
		}
		last := i == len(pair)-1
		if !last && k.done() {
			continue // the CassandraCluster's is done when it carries the revision, and then nothing is owed
		}
		now := t.Clock.Now()
		if after := k.wait(opened, now); after > 0 {
			return after, nil
		}
		return notify.Shortest, t.ask(ctx, name, now)
	}
	return 0, nil
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
