package bench

import (
	"os"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestMain starts no clusters: those of BenchmarkGate are its own.
func TestMain(m *testing.M) {
	var none []*bed.Cluster
	os.Exit(bed.Main(m, &none))
}
