// Package operate tests the commands for a workstation on real API servers: two clusters, in each the controller as its own process, and
// the program as a human runs it, with a kubeconfig that has a context for each cluster.
package operate

import (
	"os"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var clusters []*bed.Cluster

func TestMain(m *testing.M) {
	os.Exit(bed.Main(m, &clusters, "k8s-cluster1", "k8s-cluster2"))
}
