package dns

import (
	"iter"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/google/go-cmp/cmp"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/docs"
)

// seeds that render computes, by cluster.
var (
	seeds1 = []string{"cassandra-demo-dc1-rack1-0.cassandra.example.com", "cassandra-demo-dc1-rack2-0.cassandra.example.com"}
	seeds2 = []string{"cassandra-demo-dc2-rack1-0.cassandra.example.com", "cassandra-demo-dc2-rack2-0.cassandra.example.com"}
)

// What the gate says.
const (
	silent = "held: NoSeedAnswers"
	open   = "open: RuleMet"
)

// noSuchHost is why it is held while nobody publishes the pods.
var noSuchHost = "no seed of the datacenters that exist answers from here: port 8778 of " + seeds1[0] + " (no such host), " + seeds1[1] + " (no such host)"

// TestSeedsAnswer: the seeds that render computes are the names under which external-dns publishes the pods, and the second cluster's
// gate opens only while they lead there.
func TestSeedsAnswer(t *testing.T) {
	first, second := clusters[0], clusters[1]
	named := startServer(t)
	w := newWorld(t)
	first.WaitGate(t, w.Key(), patience, open)
	w.create(t, first)

	t.Log("pods run, and nobody publishes them")
	g := second.WaitGate(t, w.Key(), patience, silent)
	wantEqual(t, "message of the Gate", noSuchHost, apimeta.FindStatusCondition(g.Status.Conditions, meta.ReadyCondition).Message)
	wantEqual(t, "seeds that the second gate asks", seeds1, g.Spec.Seeds.Hosts)
	wantEqual(t, "seeds in the first CassandraCluster", slices.Concat(seeds1, seeds2), w.seedlist(t, first))

	t.Log("external-dns publishes them")
	publisher := startExternalDNS(t, first, named.key)
	w.waitResolved(t, seeds1, first)
	second.WaitGate(t, w.Key(), patience, open)
	w.shows(t, first)

	t.Log("the names are gone, and the Gate is another one")
	must(t, publisher.End(syscall.SIGTERM))
	named.forget(t)
	w.apply(t, w.Dir, time.Second)
	second.WaitGate(t, w.Key(), patience, silent)

	t.Log("a pod comes back with another address while nobody publishes it")
	w.replace(t, first, "cassandra-demo-dc1-rack1-0")
	must(t, publisher.Start())
	w.waitResolved(t, seeds1, first)
	second.WaitGate(t, w.Key(), patience, open)

	t.Log("the same while external-dns runs, and Cassandra does not get ready")
	w.Operators[first].Kubelet.Sicken("cassandra-demo-dc1-rack2-0")
	w.replace(t, first, "cassandra-demo-dc1-rack2-0")
	w.waitResolved(t, seeds1, first)
	w.Operators[first].Kubelet.Heal("cassandra-demo-dc1-rack2-0")

	t.Log("two external-dns share the zone")
	startExternalDNS(t, second, named.key)
	w.create(t, second)
	w.waitReady(t, second)
	w.waitResolved(t, slices.Concat(seeds1, seeds2), first, second)
	hostname, err := resolve(t.Context(), "cassandra.example.com")
	must(t, err)
	wantEqual(t, "addresses of the hostname itself", sorted(maps.Values(w.addresses(t, first))), sorted(slices.Values(hostname)))
}

// shows: what docs/external-dns.md has kubectl show in a cluster are the addresses of its pods.
func (w *world) shows(t *testing.T, c *bed.Cluster) {
	t.Helper()
	for _, b := range docs.RunBy(t) {
		for line := range strings.Lines(b.Text) {
			args, ok := strings.CutPrefix(line, "kubectl --context "+c.Name+" ")
			got := c.Kubectl(t, nil, strings.Fields(args)...)
			for _, address := range w.addresses(t, c) {
				if !ok || got.Code != 0 || !strings.Contains(got.Stdout, address.String()) {
					t.Errorf("%sdoes not show %s: %+v", line, address, got)
				}
			}
		}
	}
}

func sorted(addresses iter.Seq[netip.Addr]) []string {
	var words []string
	for a := range addresses {
		words = append(words, a.String())
	}
	slices.Sort(words)
	return words
}

// seedlist is what CassKop is to give to the nodes.
func (w *world) seedlist(t *testing.T, c *bed.Cluster) []string {
	t.Helper()
	list, _, err := unstructured.NestedStringSlice(w.cassandraCluster(t, c).Object, "status", "seedlist")
	must(t, err)
	return list
}

// waitReady waits until a datacenter is up.
func (w *world) waitReady(t *testing.T, c *bed.Cluster) {
	t.Helper()
	bed.WaitFor(t, patience, "the CassandraCluster is ready", func() (bool, string) {
		readiness := casskop.ReadinessOf(w.cassandraCluster(t, c).Object)
		return readiness.Ready, readiness.Message
	})
}

func (w *world) cassandraCluster(t *testing.T, c *bed.Cluster) *unstructured.Unstructured {
	t.Helper()
	cc := bed.NewCassandraCluster(w.Key())
	cc.SetAPIVersion(casskop.APIVersionV1alpha1)
	must(t, c.Client.Get(t.Context(), w.Key(), cc))
	return cc
}

func wantEqual[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
