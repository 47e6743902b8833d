package flux

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fluxbed"
)

const (
	clusterName = "k8s-cluster2"
	ringFlux    = "clusters/" + clusterName + "/flux/cassandra-demo.yaml"

	// The Kustomizations of the ring: the Gate's, and the CassandraCluster's.
	theGates    = "cassandra-demo-gate"
	theClusters = "cassandra-demo"
)

// ring is the name of the committed ring's Gate and CassandraCluster.
var ring = client.ObjectKey{Namespace: "cassandra-e2e", Name: "cassandra-demo"}

// world is the second cluster of the committed ring, with Flux. Its gates hold all that is new until a test opens them.
type world struct {
	cluster     *bed.Cluster
	flux        *fluxbed.Flux
	gates       gates
	datacenters *datacenters

	tree     fluxbed.Tree // as committed
	revision string       // of that tree
	commits  int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{cluster: bed.Start(t, clusterName)[0], tree: fluxbed.Committed(t)}
	w.revision = regexp.MustCompile(`revision: ([0-9a-f]{8,})`).FindStringSubmatch(w.tree["clusters/"+clusterName+"/cassandra-demo/override.yaml"])[1]
	w.gates = gates{w.cluster.Client}
	w.datacenters = newDatacenters()
	w.cluster.Namespace(t, ring.Namespace)
	w.watch(t)
	w.flux = fluxbed.Start(t, w.cluster)
	w.flux.InstallGate(t)
	return w
}

// commit pushes the committed tree with a new revision of the ring, and waits until its Gate here wants it.
func (w *world) commit(t *testing.T) (revision string) {
	t.Helper()
	w.commits++
	revision = fmt.Sprintf("c0ffee%010x", w.commits) // digits alone would be a number
	w.push(t, w.tree.Replace(w.revision, revision), revision)
	return revision
}

func (w *world) push(t *testing.T, tree fluxbed.Tree, revision string) {
	t.Helper()
	w.flux.Push(t, tree)
	bed.WaitFor(t, time.Minute, "the Gate here wants "+revision, func() (bool, string) {
		var gate v1alpha1.Gate
		if err := w.cluster.Client.Get(t.Context(), ring, &gate); err != nil {
			return false, err.Error()
		}
		return gate.Spec.Revision == revision, "it wants " + gate.Spec.Revision
	})
}

// held is a commit that Flux has found held.
func (w *world) held(t *testing.T) (revision string) {
	t.Helper()
	revision = w.commit(t)
	w.flux.WaitReady(t, time.Minute, theGates, "False")
	return revision
}

// applied waits until the CassandraCluster here carries a revision, and returns when it was first seen.
func (w *world) applied(t *testing.T, revision string) (at time.Time) {
	t.Helper()
	bed.WaitFor(t, 30*time.Second, "Flux has applied revision "+revision, func() (seen bool, _ string) {
		at, seen = w.datacenters.appliedAt(revision)
		return seen, "see " + w.flux.Log
	})
	return at
}

// notApplied fails when the CassandraCluster here carries a revision.
func (w *world) notApplied(t *testing.T, revision string) {
	t.Helper()
	if _, seen := w.datacenters.appliedAt(revision); seen {
		t.Fatalf("revision %s was applied, expected it to be held", revision)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// waitFor is bed.WaitFor for what takes seconds, on a busy machine too, and has no reason of its own.
func waitFor(t *testing.T, what string, look func() bool) {
	t.Helper()
	bed.WaitFor(t, time.Minute, what, func() (bool, string) { return look(), "not yet" })
}
