package bench

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"sigs.k8s.io/controller-runtime/pkg/client"

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
	here  *bed.Cluster
	pairs []*pair
	logs  []*bed.Audit // of the remotes, from the beginning
}

// newWorld starts the clusters, and lets the one here read the others.
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
		c.Namespace(b, sampleNamespace, "flux-system")
	}
	w := &world{here: clusters[0]}
	for _, there := range clusters[1:] {
		w.pairs = append(w.pairs, newPair(b, there, w.here))
		w.logs = append(w.logs, there.AuditFromStart(b))
	}
	return w
}

// startGate starts gate as its Deployment does.
func (w *world) startGate(b *testing.B) *bed.GateProcess {
	b.Helper()
	kubeconfig := bed.KubeconfigFile(b, w.here.GateIdentity(b))
	gate := bed.StartGate(b, bed.GateOptions{Kubeconfig: kubeconfig, LeaderElect: true, Args: []string{"--log-level=info"}})
	gate.WaitReady(b)
	return gate
}

// otherRings are all but the first.
func (w *world) otherRings(b *testing.B) (rings []*ring) {
	b.Helper()
	for i, p := range w.pairs {
		n := perRemote
		if i == 0 {
			n--
		}
		rings = append(rings, p.rings(b, fmt.Sprintf("ring%d", i+1), n)...)
	}
	return rings
}

// pair is a remote cluster and the one here, with what render writes for the sample over these two.
type pair struct {
	there, here *bed.Cluster
	sides       [2]side // there, here
}

// side is what one cluster of a pair is given.
type side struct {
	*bed.Cluster
	operator      *bed.Operator
	gate, overlay []byte
}

func newPair(b *testing.B, there, here *bed.Cluster) *pair {
	b.Helper()
	p := &pair{there: there, here: here}
	dir := renderPair(b, there.Name, here.Name)
	for i, c := range []*bed.Cluster{there, here} {
		overlay := dir + "/clusters/" + c.Name + "/" + sampleRing
		p.sides[i] = side{Cluster: c, operator: c.Operator(b), gate: build(b, overlay+"/gate"), overlay: build(b, overlay)}
	}
	there.ServiceAccount(b, sampleNamespace, bed.Reader)
	key := client.ObjectKey{Namespace: sampleNamespace, Name: there.Name}
	secret := bed.KubemcsaSecret(b, key, there.ReaderIdentity(b, sampleNamespace), sampleNamespace)
	if err := here.Client.Create(b.Context(), secret); err != nil {
		b.Fatal(err)
	}
	return p
}

func build(b *testing.B, dir string) []byte {
	b.Helper()
	built, err := bed.Build(dir)
	if err != nil {
		b.Fatal(err)
	}
	return built
}

// renderPair renders the sample over two clusters into a folder, without a soak and without a check of seeds, which answer nowhere.
func renderPair(b *testing.B, there, here string) string {
	b.Helper()
	text, _, _ := strings.Cut(sample(b), "    k8s-cluster3:")
	text = strings.NewReplacer("k8s-cluster1", there, "k8s-cluster2", here).Replace(text)
	config := render.DefaultConfig()
	config.Gate.StableFor.Duration = 0
	config.Gate.Seeds.Policy = v1alpha1.SeedPolicyOff
	plan, problems := render.Make([]render.Source{{Name: "multi-casskop.yaml", Data: []byte(text)}}, render.Options{Config: config}, fstest.MapFS{}, nil)
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
