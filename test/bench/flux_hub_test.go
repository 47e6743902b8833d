package bench

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
	"github.com/casskop-gitops/casskop-gitops/test/fluxbed"
)

// hub is a cluster whose Flux applies the rings in the other ones: dependsOn knows the Kustomizations of one cluster only.
type hub struct {
	flux    *fluxbed.Flux
	sources map[string]*fluxbed.Flux // by ring
}

// newHub installs Flux there, and gives it the credentials of an administrator in the others.
func newHub(b *testing.B, c *bed.Cluster, sites []*fleet.Site) *hub {
	b.Helper()
	h := &hub{fluxbed.Start(b, c, "--concurrent=20"), map[string]*fluxbed.Flux{}} // as the others have it: a ring that waits blocks a worker
	for _, s := range sites {
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: fluxbed.Namespace, Name: s.Name},
			Data: map[string][]byte{"value": bed.Kubeconfig(b, s.Config, s.Name, "")}}
		if err := c.Client.Create(b.Context(), secret); err != nil {
			b.Fatal(err)
		}
	}
	return h
}

// deliver has the hub's Flux see a commit.
func (h *hub) deliver(b *testing.B, r *fleet.Ring, c fleet.Commit) {
	b.Helper()
	source := "git-" + r.Name
	if h.sources[r.Name] == nil {
		h.sources[r.Name] = h.flux.Source(b, source)
	}
	text := &strings.Builder{}
	for i, m := range r.Members {
		fmt.Fprintf(text, kustomization, r.Name, i+1, m.Name, r.Name, source, m.Name)
		if i > 0 {
			fmt.Fprintf(text, "  dependsOn: [{name: %s-%d}]\n", r.Name, i)
		}
	}
	h.sources[r.Name].PushCommit(b, c.Tree.And(fluxbed.Tree{"clusters/hub/flux/" + r.Name + ".yaml": text.String()}), c.SHA)
}

// kustomization is healthy once CassKop says Running and Done, which is all that its status has to say.
const kustomization = `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: %s-%d, namespace: flux-system}
spec:
  path: ./clusters/%s/%s
  sourceRef: {kind: GitRepository, name: %s}
  kubeConfig: {secretRef: {name: %s}}
  prune: true
  interval: 10m
  timeout: 5m
  wait: true
  healthCheckExprs:
  - apiVersion: db.orange.com/v1alpha1
    kind: CassandraCluster
    current: has(status.phase) && status.phase == 'Running' && has(status.lastClusterActionStatus) && status.lastClusterActionStatus == 'Done'
    inProgress: "!has(status.phase) || status.phase != 'Running' || !has(status.lastClusterActionStatus) || status.lastClusterActionStatus != 'Done'"
`
