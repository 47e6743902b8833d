package fleet

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// MultiCasskop is what a user writes: multi-casskop.yaml and render.yaml. It may be changed between two commits.
type MultiCasskop struct {
	// Name is the name of the ring and of its namespace.
	Name string
	// Labels are those of the base.
	Labels map[string]any
	// Spec is that of the base, Overrides are those of the clusters, by name: the order of their names is that of the rollout.
	Spec      map[string]any
	Overrides map[string]map[string]any
	// Seeds is status.seedlist. Default: computed from the zone that external-dns publishes.
	Seeds []string
	// StableFor is how long each cluster soaks. Default: not at all.
	StableFor time.Duration
	// SeedPolicy is gate.seeds.policy. Default: Off, since the names of the bed's pods do not resolve for a gate.
	SeedPolicy v1alpha1.SeedPolicy
	// Hold are the clusters whose gates stay closed.
	Hold []string
	// ArgoCD are the options of Argo CD, which delivers the ring in the place of Flux. Default: Flux does.
	ArgoCD *v1alpha1.RenderArgoCD
	// Interval is how often Flux corrects drift. Default: 10 minutes.
	Interval time.Duration
}

// Small is a ring with one rack and one node in each cluster.
func Small(name string, clusters ...string) *MultiCasskop {
	m := &MultiCasskop{Name: name, Overrides: map[string]map[string]any{}, Spec: map[string]any{
		"nodesPerRacks": 1, "cassandraImage": "cassandra:3.11.9", "dataCapacity": "1Gi", "deletePVC": false,
		"service": map[string]any{"annotations": map[string]any{casskop.AnnotationHostname: name + ".example."}},
	}}
	for i, cluster := range clusters {
		m.AddCluster(cluster, i+1)
	}
	return m
}

// AddCluster adds a cluster with a datacenter of one rack, dc1 being number 1.
func (m *MultiCasskop) AddCluster(cluster string, number int) {
	m.Overrides[cluster] = map[string]any{"topology": map[string]any{"dc": []any{
		map[string]any{"name": fmt.Sprint("dc", number), "rack": []any{map[string]any{"name": "rack1"}}},
	}}}
}

// Sample is the MultiCasskop in the root of the repository, three clusters with eight racks and 16 nodes, under another name; as v1alpha1 and
// without what is new in v2, since no CassKop that reads v2 can be had.
func Sample(t testing.TB, name string) *MultiCasskop {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(bed.Root(), "multi-casskop.yaml"))
	must(t, err)
	var sample struct {
		Spec struct {
			Base struct {
				Metadata struct{ Labels map[string]any }
				Spec     map[string]any
			}
			Override map[string]struct{ Spec map[string]any }
		}
	}
	must(t, yaml.Unmarshal(content, &sample))
	m := &MultiCasskop{Name: name, Labels: sample.Spec.Base.Metadata.Labels, Spec: sample.Spec.Base.Spec, Overrides: map[string]map[string]any{}}
	for _, field := range []string{"config", "serverType", "serverVersion"} {
		delete(m.Spec, field)
	}
	for cluster, override := range sample.Spec.Override {
		m.Overrides[cluster] = override.Spec
	}
	return m
}

// source is the name of the GitRepository, which may not be that of the ring: render names Kustomizations after the ring.
func (m *MultiCasskop) source() string { return "git-" + m.Name }

// files are what the user commits, by name.
func (m *MultiCasskop) files() map[string]any {
	base := map[string]any{
		"apiVersion": casskop.APIVersionV1alpha1, "kind": casskop.KindCassandraCluster,
		"metadata": map[string]any{"name": m.Name, "labels": m.Labels}, "spec": m.Spec,
	}
	if m.Seeds != nil {
		base["status"] = map[string]any{"seedlist": m.Seeds}
	}
	overrides := map[string]any{}
	for cluster, spec := range m.Overrides {
		overrides[cluster] = map[string]any{"spec": spec}
	}
	policy := m.SeedPolicy
	if policy == "" {
		policy = v1alpha1.SeedPolicyOff
	}
	flux := map[string]any{"sourceRef": map[string]any{"kind": "GitRepository", "name": m.source()}}
	if m.Interval > 0 {
		flux["interval"] = m.Interval.String()
	}
	sync := v1alpha1.SyncFlux
	if m.ArgoCD != nil {
		sync = v1alpha1.SyncArgoCD
	}
	return map[string]any{
		"multi-casskop.yaml": map[string]any{
			"apiVersion": "db.orange.com/v2", "kind": "MultiCasskop",
			"metadata": map[string]any{"name": m.Name, "namespace": m.Name},
			"spec":     map[string]any{"deleteCassandraCluster": false, "base": base, "override": overrides},
		},
		"render.yaml": map[string]any{
			"apiVersion": "casskop-gitops.dev/v1alpha1", "kind": "RenderConfig", "sync": []any{sync}, "flux": flux, "argocd": m.ArgoCD,
			"gate": map[string]any{"stableFor": m.StableFor.String(), "hold": m.Hold, "seeds": map[string]any{"policy": policy}},
		},
	}
}
