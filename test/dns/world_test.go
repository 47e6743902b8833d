package dns

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
)

// world is a ring over two clusters, with a gate in each. Its CassandraClusters are made by the test, as Flux makes them.
type world struct {
	*bed.Tree
	spec bed.Ring
	// Cassandra is what its pods run.
	Cassandra *casskopbed.Cassandra
	// Operators are the CassKops, by cluster.
	Operators map[*bed.Cluster]*casskopbed.Operator
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Cassandra: casskopbed.NewCassandra(), Operators: map[*bed.Cluster]*casskopbed.Operator{}}
	w.spec = bed.Ring{Name: "cassandra-demo", Namespace: "cassandra-e2e", Zone: "cassandra.example.com.", Racks: 2,
		APIVersion: casskop.APIVersionV1alpha1, Clusters: []string{clusters[0].Name, clusters[1].Name}}
	for _, c := range clusters {
		must(t, c.InstallGate(t.Context()))
	}
	w.apply(t, t.TempDir(), 0)
	w.Connect(t, clusters...)
	for _, c := range clusters {
		c.RunGate(t, w.spec.Namespace)
	}
	return w
}

// apply renders the ring and applies its Gates. Another time to soak makes another spec of them, under the same revision.
func (w *world) apply(t *testing.T, dir string, stableFor time.Duration) {
	t.Helper()
	w.spec.Configure = func(c *v1alpha1.RenderConfig) {
		c.Gate.Seeds.Policy, c.Gate.StableFor.Duration = v1alpha1.SeedPolicyRequire, stableFor
	}
	w.Tree = w.spec.RenderInto(t, dir)
	w.InstallGates(t, clusters...)
}

// create makes the CassandraCluster of a cluster whose gate is open, and starts what works there: CassKop, and the controller that
// tells where a service leads.
func (w *world) create(t *testing.T, c *bed.Cluster) {
	t.Helper()
	w.Operators[c] = casskopbed.Start(t, c, w.spec.Namespace, casskopbed.Options{Cassandra: w.Cassandra, NewAddress: newAddress})
	startEndpoints(t, c)
	bed.WaitFor(t, patience, "the API server lets the CassandraCluster in", func() (bool, string) { // it sees an open gate some ms later
		err := w.Deliver(t, c)
		return err == nil, fmt.Sprint(err)
	})
}

// startEndpoints runs Kubernetes' controller of Endpoints on a cluster, until the test ends.
func startEndpoints(t *testing.T, c *bed.Cluster) {
	t.Helper()
	binary, err := bed.Binary("kube-controller-manager")
	must(t, err)
	kubeconfig := bed.KubeconfigFile(t, c.User(t, "system:kube-controller-manager", "system:masters"))
	p := &bed.Process{Path: binary, Log: filepath.Join(c.Dir, "kube-controller-manager-endpoints.log"), Args: []string{
		"--kubeconfig=" + kubeconfig, "--leader-elect=false", "--secure-port=0", "--controllers=endpoints-controller"}}
	must(t, p.Start())
	t.Cleanup(func() { must(t, p.End(syscall.SIGKILL)) }) // it has no state
}
