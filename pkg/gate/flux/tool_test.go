package flux

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

func TestAppliedBy(t *testing.T) {
	for claim, test := range map[string]struct {
		labels map[string]string
		want   []string
	}{
		"Flux's labels name the Gate's Kustomization, and it the CassandraCluster's": {
			map[string]string{labelName: "demo-gate", labelNamespace: "flux-system"}, []string{"flux-system/demo-gate", "flux-system/demo"}},
		"a ring may be called a gate": {
			map[string]string{labelName: "gate-gate", labelNamespace: "flux-system"}, []string{"flux-system/gate-gate", "flux-system/gate"}},
		"kubectl and Argo CD leave no such labels":               {map[string]string{"app.kubernetes.io/instance": "demo"}, nil},
		"a Kustomization of another name is not render's":        {map[string]string{labelName: "everything", labelNamespace: "flux-system"}, nil},
		"one without a ring's name neither":                      {map[string]string{labelName: "-gate", labelNamespace: "flux-system"}, nil},
		"a label without its namespace does not name one at all": {map[string]string{labelName: "demo-gate"}, nil},
	} {
		t.Run(claim, func(t *testing.T) {
			pair, ok := appliedBy(&v1alpha1.Gate{ObjectMeta: metav1.ObjectMeta{Labels: test.labels}})
			var got []string
			if ok {
				got = []string{pair[0].String(), pair[1].String()}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Kustomizations (-want +got):\n%s", diff)
			}
		})
	}
}
