//go:build argocd

// Package hasten plays `gate run --argocd-namespace` with the real Argo CD, in the cluster that the gate works in.
package hasten

import (
	"os"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var clusters []*bed.Cluster

func TestMain(m *testing.M) {
	os.Exit(bed.Main(m, &clusters, "k8s-cluster2"))
}
