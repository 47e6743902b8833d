package render

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// TestComponentForArgoCD: it goes into the clusters whose Applications are there, not into those that a hub elsewhere delivers to.
func TestComponentForArgoCD(t *testing.T) {
	o := Options{Config: DefaultConfig()}
	o.Config.Sync = []string{v1alpha1.SyncArgoCD}
	o.Config.Gate.Components = []string{v1alpha1.ComponentMonitoring, v1alpha1.ComponentArgoCD, v1alpha1.ComponentDashboard}
	o.Config.ArgoCD.Destinations = map[string]v1alpha1.RenderDestination{
		"hub": {Server: "https://kubernetes.default.svc"}, "also": {Name: "in-cluster"}, "by-name": {Name: "paris"}, "by-server": {Server: "https://paris.example.com"},
	}
	here, elsewhere := []string{"policies", "monitoring", "argocd", "dashboard"}, []string{"policies", "monitoring", "dashboard"}
	for cluster, want := range map[string][]string{"hub": here, "also": here, "by-name": elsewhere, "by-server": elsewhere, "not-told": elsewhere} {
		if diff := cmp.Diff(want, o.components(cluster)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", cluster, diff)
		}
	}
}
