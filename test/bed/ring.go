package bed

import (
	"bytes"
	_ "embed"
	"io/fs"
	"path/filepath"
	"testing"
	"text/template"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

//go:embed ring.yaml.tmpl
var ringYAML string

var ringTemplate = template.Must(template.New("").Funcs(template.FuncMap{"next": func(i int) int { return i + 1 }}).Parse(ringYAML))

// Ring is a small ring to be rendered: one datacenter in each cluster, a few lines of spec. A user's MultiCasskop goes the same way.
type Ring struct {
	// Name is the name of the ring, Namespace where it lives in every cluster.
	Name, Namespace string
	// Clusters are their names, in the order of the rollout.
	Clusters []string
	// Image is the Cassandra image: another one is another revision. Default: cassandra:4.0.4.
	Image string
	// Racks is the number of racks of each datacenter. Default: 1.
	Racks int
	// APIVersion is that of the CassandraClusters. Default: db.orange.com/v2.
	APIVersion string
	// Zone is the zone that external-dns is asked for. Default: bed.invalid., whose names do not resolve.
	Zone string
	// Seeds is status.seedlist. Default: computed, names in Zone.
	Seeds []string
	// Configure changes the options of render.yaml, for example Gate.StableFor. Before it they have their defaults, except for two: no
	// soak (0s) and no check of seeds ("Off").
	Configure func(*v1alpha1.RenderConfig)
}

// Tree is a rendered tree.
type Tree struct {
	// Dir holds base/ and clusters/.
	Dir string
	// Revision is the ring's.
	Revision string

	ring Ring
}

// Render renders the ring into a folder of the test.
func (r Ring) Render(t testing.TB) *Tree {
	t.Helper()
	return r.RenderInto(t, t.TempDir())
}

// RenderInto renders the ring into a folder, over the tree that is there, as a user does who commits a change.
func (r Ring) RenderInto(t testing.TB, dir string) *Tree {
	t.Helper()
	tree, err := render.OpenTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tree.Close() }() // it was written, or the test has failed
	plan := r.plan(t, tree.FS())
	if err := tree.Write(plan); err != nil {
		t.Fatal(err)
	}
	return &Tree{Dir: dir, Revision: plan.Rings[0].Revision, ring: r}
}

func (r Ring) plan(t testing.TB, tree fs.FS) *render.Plan {
	t.Helper()
	var source bytes.Buffer
	if err := ringTemplate.Execute(&source, r.withDefaults()); err != nil {
		t.Fatal(err)
	}
	config := render.DefaultConfig()
	config.Gate.StableFor.Duration = 0
	config.Gate.Seeds.Policy = v1alpha1.SeedPolicyOff
	if r.Configure != nil {
		r.Configure(config)
	}
	plan, problems := render.Make([]render.Source{{Name: "multi-casskop.yaml", Data: source.Bytes()}}, render.Options{Config: config}, tree, nil)
	for _, problem := range problems.Errors() {
		t.Fatalf("render ring %s: %v\n%s", r.Name, problem, source.Bytes())
	}
	return plan
}

func (r Ring) withDefaults() Ring {
	r.Image = defaultTo(r.Image, "cassandra:4.0.4")
	r.Zone = defaultTo(r.Zone, "bed.invalid.")
	r.APIVersion = defaultTo(r.APIVersion, casskop.APIVersionV2)
	r.Racks = max(r.Racks, 1)
	return r
}

func defaultTo(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// Key is the name of the Gate and of the CassandraCluster, in every cluster.
func (tree *Tree) Key() client.ObjectKey {
	return client.ObjectKey{Namespace: tree.ring.Namespace, Name: tree.ring.Name}
}

// Overlay is the folder with the CassandraCluster of a cluster.
func (tree *Tree) Overlay(cluster string) string {
	return filepath.Join(tree.Dir, "clusters", cluster, tree.ring.Name)
}

// Gate is the folder with the Gate of a cluster, its roles and its policy binding.
func (tree *Tree) Gate(cluster string) string { return filepath.Join(tree.Overlay(cluster), "gate") }
