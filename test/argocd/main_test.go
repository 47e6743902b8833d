// Package argocd plays what is different under Argo CD: the real one on a hub, CassKop and the gate in each of two other clusters, a git
// repository in front.
package argocd

import (
	"os"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var clusters []*bed.Cluster

func TestMain(m *testing.M) {
	os.Exit(bed.Main(m, &clusters, "hub", "k8s-cluster1", "k8s-cluster2"))
}
