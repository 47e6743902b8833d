// Package life tests what may happen to a gate while it lives, on real API servers: it is killed, stopped and replaced, clocks jump, API
// servers go away, and a storm of events and faults goes over many rings.
package life

import (
	"os"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// soon is how long what takes seconds may take on a busy machine.
const soon = time.Minute // an API server that was just started may refuse for half of that what its policies match

var clusters []*bed.Cluster

func TestMain(m *testing.M) {
	os.Exit(bed.Main(m, &clusters, "k8s-cluster1", "k8s-cluster2", "k8s-cluster3"))
}
