// Package dns tests that seeds really answer: real names, made by the real external-dns in a real DNS server (BIND) from the headless
// service that the real CassKop makes, and resolved by a real gate.
//
// The tests live in a network namespace of their own, see namespace_test.go. What is not real there: the kubelet and Cassandra, see
// test/casskopbed. What a gate sees of a Cassandra, a port that takes connections on the address of the pod, is.
package dns

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// patience is how long anything may take. The gate asks seeds every 5 s; external-dns looks every second here.
const patience = 60 * time.Second

var clusters []*bed.Cluster

func TestMain(m *testing.M) {
	if !inNamespace() {
		os.Exit(enterNamespace())
	}
	if err := prepareNamespace(); err != nil {
		fmt.Fprintln(os.Stderr, "set up the network namespace of the tests:", err)
		os.Exit(1)
	}
	os.Exit(bed.Main(m, &clusters, "k8s-cluster1", "k8s-cluster2"))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
