// Package gate tests the controller on real API servers: three clusters, in each the controller as its own process, with exactly the
// rights that base/gate and render give it.
package gate

import (
	"os"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var clusters []*bed.Cluster

func TestMain(m *testing.M) {
	os.Exit(bed.Main(m, &clusters, "k8s-cluster1", "k8s-cluster2", "k8s-cluster3"))
}
