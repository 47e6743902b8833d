package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// playFirstRollout: cluster 1, then 2, then 3, each after the one before was Running, Done and stable. All pods form one ring.
func playFirstRollout(t *testing.T, sites []*fleet.Site) {
	m := fleet.Sample(t, "sample")
	m.StableFor = 3 * time.Second
	p := begin(t, m, casskopbed.Options{}, sites[:3]...)
	p.rollOut(t)
	p.judge(t, 3)
	seeds := strings.Split(p.Members[0].CassandraCluster(t).GetAnnotations()[v1alpha1.AnnotationSeedlist], ",")
	for i, member := range p.Members {
		if dc := fmt.Sprintf("sample-dc%d-", i+1); !slices.ContainsFunc(seeds, func(seed string) bool { return strings.HasPrefix(seed, dc) }) {
			t.Errorf("no seed of %s is in the list of the ring: %q", dc, seeds)
		}
		sets := statefulSets(t, member)
		if want := []int{3, 3, 2}[i]; len(sets) != want {
			t.Errorf("%s has %d StatefulSets, want %d", member.Name, len(sets), want)
		}
		for _, set := range sets {
			if diff := cmp.Diff(seeds, casskopbed.Seeds(set.Spec.Template.Spec)); diff != "" {
				t.Errorf("%s: seeds of StatefulSet %s (-want +got):\n%s", member.Name, set.Name, diff)
			}
		}
	}
	if rings := p.Cassandra.Rings(); len(rings) != 1 || len(rings[0]) != 16 {
		t.Errorf("want one ring of 16 nodes, got %q", rings)
	}
}

// playWithoutSeeds: the same rollout where the policy that writes the seeds does not apply. Flux drops status, so each datacenter
// founds a ring of its own.
func playWithoutSeeds(t *testing.T, sites []*fleet.Site) {
	p := begin(t, small("unseeded"), casskopbed.Options{}, sites[:3]...)
	for _, m := range p.Members {
		exempt(t, m)
	}
	p.rollOut(t)
	p.judge(t, 3)
	if diff := cmp.Diff([][]string{{"unseeded-dc1-rack1-0"}, {"unseeded-dc2-rack1-0"}, {"unseeded-dc3-rack1-0"}}, p.Cassandra.Rings()); diff != "" {
		t.Errorf("rings (-want +got):\n%s", diff)
	}
}

// exempt takes a namespace out of the mutating policy, and waits until the API server knows that.
func exempt(t *testing.T, m *fleet.Member) {
	t.Helper()
	binding := &admissionregistrationv1.MutatingAdmissionPolicyBinding{}
	must(t, m.Client.Get(t.Context(), client.ObjectKey{Name: "casskop-gitops-seedlist"}, binding))
	binding.Spec.MatchResources = &admissionregistrationv1.MatchResources{NamespaceSelector: &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
		{Key: "kubernetes.io/metadata.name", Operator: metav1.LabelSelectorOpNotIn, Values: []string{m.Key.Namespace}}}}}
	must(t, m.Client.Update(t.Context(), binding))
	bed.WaitFor(t, soon, "no seeds are written in "+m.Name, func() (bool, string) {
		probe := bed.NewCassandraCluster(client.ObjectKey{Namespace: m.Key.Namespace, Name: "probe"})
		probe.SetAnnotations(map[string]string{v1alpha1.AnnotationSeedlist: "seed"})
		err := m.Client.Create(t.Context(), probe, client.DryRunAll)
		_, written, _ := unstructured.NestedFieldNoCopy(probe.Object, "status", "seedlist")
		return err == nil && !written, fmt.Sprintf("written: %t, error: %v", written, err)
	})
}
