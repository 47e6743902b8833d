package bench

import (
	"fmt"
	"testing"
	"testing/fstest"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/render"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// The ring of multi-casskop.yaml.
const (
	sampleRing      = "cassandra-demo"
	sampleNamespace = "cassandra-e2e"
)

// world is the cluster in which gate runs, and the remote ones that it waits for.
type world struct {
	here    *bed.Cluster
	remotes []*bed.Cluster
}

// newWorld starts the clusters.
func newWorld(b *testing.B) *world {
	b.Helper()
	names := []string{"here"}
	for i := range remotes {
		names = append(names, fmt.Sprintf("remote%d", i+1))
	}
	clusters := bed.Start(b, names...)
	for _, c := range clusters {
		if err := c.InstallGate(b.Context()); err != nil {
			b.Fatal(err)
		}
		// CassandraClusters are written here as the benchmark wants them, before and after their Gates
		binding := &admissionregistrationv1.ValidatingAdmissionPolicyBinding{ObjectMeta: metav1.ObjectMeta{Name: bed.GateServiceAccount}}
		if err := c.Client.Delete(b.Context(), binding); err != nil {
			b.Fatal(err)
		}
		c.Namespace(b, sampleNamespace, "flux-system")
	}
	return &world{here: clusters[0], remotes: clusters[1:]}
}

// startGate starts gate as its Deployment does.
func (w *world) startGate(b *testing.B) *bed.GateProcess {
	b.Helper()
	kubeconfig := bed.KubeconfigFile(b, w.here.GateIdentity(b))
	gate := bed.StartGate(b, bed.GateOptions{Kubeconfig: kubeconfig, LeaderElect: true, Args: []string{"--log-level=info"}})
	gate.WaitReady(b)
	return gate
}

// pairs are the cluster here with each remote one.
func (w *world) pairs(b *testing.B) (pairs []*group) {
	b.Helper()
	for _, there := range w.remotes {
		g := &group{sides: []side{{Cluster: there, name: there.Name, namespace: sampleNamespace}, {Cluster: w.here, name: w.here.Name, namespace: sampleNamespace}}}
		g.prepare(b)
		g.connect(b, g.sides[0], there.ReaderIdentity(b, sampleNamespace))
		pairs = append(pairs, g)
	}
	return pairs
}

// group is the clusters of some rings, in the order of the rollout: the last one is here.
type group struct{ sides []side }

// side is one cluster of a group, under the name that it has there and in the namespace in which its part of the rings is, with what it is given.
type side struct {
	*bed.Cluster
	name, namespace string
	operator        *bed.Operator
	gate, overlay   []byte
}

func (g *group) here() side { return g.sides[len(g.sides)-1] }

// prepare renders the sample over the clusters, and makes the readers in all but the one here.
func (g *group) prepare(b *testing.B) {
	b.Helper()
	var names []string
	for _, s := range g.sides {
		names = append(names, s.name)
	}
	dir := renderOver(b, names)
	for i, s := range g.sides {
		overlay := dir + "/clusters/" + s.name + "/" + sampleRing
		g.sides[i].operator, g.sides[i].gate, g.sides[i].overlay = s.Operator(b), build(b, overlay+"/gate"), build(b, overlay)
		if i < len(g.sides)-1 {
			s.ServiceAccount(b, s.namespace, bed.Reader)
		}
	}
}

// connect lets the cluster here read another one with some credentials.
func (g *group) connect(b *testing.B, s side, as *rest.Config) {
	b.Helper()
	bed.Connect(b, g.here().Cluster, g.here().namespace, s.name, as)
}

func build(b *testing.B, dir string) []byte {
	b.Helper()
	built, err := bed.Build(dir)
	if err != nil {
		b.Fatal(err)
	}
	return built
}

// renderOver renders the sample over clusters into a folder, without a soak and without a check of seeds, which answer nowhere.
func renderOver(b *testing.B, clusters []string) string {
	b.Helper()
	config := render.DefaultConfig()
	config.Gate.StableFor.Duration = 0
	config.Gate.Seeds.Policy = v1alpha1.SeedPolicyOff
	source := render.Source{Name: "multi-casskop.yaml", Data: []byte(sampleOver(b, clusters))}
	plan, problems := render.Make([]render.Source{source}, render.Options{Config: config}, fstest.MapFS{}, nil)
	if len(problems.Errors()) > 0 {
		b.Fatal(problems)
	}
	dir := b.TempDir()
	tree, err := render.OpenTree(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = tree.Close() }() // it was written, or the benchmark has failed
	if err := tree.Write(plan); err != nil {
		b.Fatal(err)
	}
	return dir
}
