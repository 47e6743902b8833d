package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const (
	fluxName      = "kustomize.toolkit.fluxcd.io/name"
	fluxNamespace = "kustomize.toolkit.fluxcd.io/namespace"
)

// TestFluxLabels: what Flux applies gets its labels if it made it, and keeps those that it had if not; all other labels are as they are written.
func TestFluxLabels(t *testing.T) { both(t, fluxLabels) }

func fluxLabels(t *testing.T) {
	label := func(name, value string) edit { return set(value, "metadata", "labels", name) }
	flux := []edit{label(fluxName, "demo"), label(fluxNamespace, "flux-system")}
	tests := map[string]struct {
		before, applied []edit // before nil: nothing is there
		want            map[string]string
	}{
		"made by Flux":                   {nil, flux, map[string]string{"cluster": "demo", fluxName: "demo", fluxNamespace: "flux-system"}},
		"made by another":                {[]edit{}, flux, map[string]string{"cluster": "demo"}},
		"made by another Kustomization":  {[]edit{label(fluxName, "old"), label(fluxNamespace, "flux-system")}, flux, map[string]string{"cluster": "demo", fluxName: "old", fluxNamespace: "flux-system"}},
		"made by Flux and applied again": {flux, flux, map[string]string{"cluster": "demo", fluxName: "demo", fluxNamespace: "flux-system"}},
		"with a new label beside them":   {[]edit{}, append([]edit{label("more", "x")}, flux...), map[string]string{"cluster": "demo", "more": "x"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, version := range []string{v1, v2} {
				must(t, client.IgnoreNotFound(cluster(t).Client.Delete(t.Context(), cassandraCluster(v2, seeded))))
				if tt.before != nil {
					put(t, version, tt.before...)
				}
				var versions [3]string // the first may make it, and the second be the first of another version
				for i := range versions {
					o := cassandraCluster(version, seeded, tt.applied...)
					must(t, cluster(t).Apply(t.Context(), bed.FluxManager, o))
					versions[i] = o.GetResourceVersion()
				}
				if diff := cmp.Diff(tt.want, live(t, version, seeded).GetLabels()); diff != "" {
					t.Errorf("%s (-want +got):\n%s", version, diff)
				}
				if diff := cmp.Diff(versions[1], versions[2]); diff != "" {
					t.Errorf("%s: applied again, something changes: resourceVersion (-second time +third):\n%s", version, diff)
				}
			}
		})
	}
}

// TestFluxLabelsGoByHand: whoever was given them before the rule was there takes them off, and they stay off.
func TestFluxLabelsGoByHand(t *testing.T) { both(t, fluxLabelsGoByHand) }

func fluxLabelsGoByHand(t *testing.T) {
	o := put(t, v1, set("demo", "metadata", "labels", fluxName))
	must(t, as(t, operator).Update(t.Context(), edited(o, func(o *unstructured.Unstructured) { o.SetLabels(nil) })))
	must(t, cluster(t).Apply(t.Context(), bed.FluxManager, cassandraCluster(v1, seeded, set("demo", "metadata", "labels", fluxName))))
	if diff := cmp.Diff(map[string]string{"cluster": "demo"}, live(t, v1, seeded).GetLabels()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
