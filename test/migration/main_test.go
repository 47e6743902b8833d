// Package migration takes a ring over from Multi-CassKop as docs/migration.md tells, and gives it back: the old operator's objects are what the real
// one made (pkg/render/testdata/golden), Kubernetes, Flux, CassKop, render and gate are real.
package migration

import (
	"os"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var clusters []*bed.Cluster

func TestMain(m *testing.M) { os.Exit(bed.Main(m, &clusters, "k8s-cluster1", "k8s-cluster2")) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
