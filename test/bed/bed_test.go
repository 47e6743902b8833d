package bed

import (
	"os"
	"testing"
)

var clusters []*Cluster

func TestMain(m *testing.M) { os.Exit(Main(m, &clusters, "k8s-cluster1", "k8s-cluster2")) }
