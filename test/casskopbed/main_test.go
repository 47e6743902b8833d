package casskopbed

import (
	"flag"
	"os"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var clusters []*bed.Cluster

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "16") // it is a flag of testing: these tests wait, and work little
	os.Exit(bed.Main(m, &clusters, "k8s-cluster1"))
}
