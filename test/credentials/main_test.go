// Package credentials tests `gate export` and `gate rotate` on two real API servers, with the real kubectl, as the program that a user runs.
package credentials

import (
	"os"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var clusters []*bed.Cluster

// longest is how long a token of the second cluster may last, as on many a managed one.
const longest = 48 * time.Hour

func TestMain(m *testing.M) {
	bed.ExtraArgs["k8s-cluster2"] = []string{"--service-account-max-token-expiration=" + longest.String()}
	os.Exit(bed.Main(m, &clusters, "k8s-cluster1", "k8s-cluster2"))
}
