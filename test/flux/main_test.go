package flux

import (
	"os"
	"testing"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestMain starts no cluster: each test has its own, since what Flux has applied stays.
func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard()) // of watches; each notifier has its own
	os.Exit(bed.Main(m, new([]*bed.Cluster)))
}
