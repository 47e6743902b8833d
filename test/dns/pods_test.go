package dns

import (
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// given counts the addresses of pods.
var given atomic.Uint32

// newAddress is the address of a pod in one of its lives.
func newAddress() string {
	n := given.Add(1)
	base := pods.Masked().Addr().As4()
	return netip.AddrFrom4([4]byte{base[0], base[1], 1 + byte(n>>8), byte(n)}).String()
}

// replace deletes a pod, and waits until it has come back with another address.
func (w *world) replace(t *testing.T, c *bed.Cluster, pod string) {
	t.Helper()
	before := w.addresses(t, c)
	w.Operators[c].Kubelet.Replace(t, pod)
	bed.WaitFor(t, patience, pod+" has another address", func() (bool, string) {
		now := w.addresses(t, c)
		return len(now) == len(before) && now[w.name(pod)] != before[w.name(pod)], fmt.Sprint(now)
	})
}

// addresses are those of the pods of a cluster that have one, by the name that external-dns makes for each.
func (w *world) addresses(t *testing.T, c *bed.Cluster) map[string]netip.Addr {
	t.Helper()
	var list corev1.PodList
	must(t, c.Client.List(t.Context(), &list, client.InNamespace(w.spec.Namespace)))
	found := map[string]netip.Addr{}
	for _, pod := range list.Items {
		if address, err := netip.ParseAddr(pod.Status.PodIP); err == nil {
			found[w.name(pod.Name)] = address
		}
	}
	return found
}

// name is that of a pod in the zone.
func (w *world) name(pod string) string { return pod + "." + strings.TrimSuffix(w.spec.Zone, ".") }

// waitResolved waits until names lead to the pods of some clusters: each to its own, to no other one, and no pod without a name.
func (w *world) waitResolved(t *testing.T, names []string, clusters ...*bed.Cluster) {
	t.Helper()
	bed.WaitFor(t, patience, "each seed leads to its pod", func() (bool, string) {
		want, got := map[string][]netip.Addr{}, map[string][]netip.Addr{}
		for _, c := range clusters {
			for name, address := range w.addresses(t, c) {
				want[name] = []netip.Addr{address}
			}
		}
		for _, name := range names {
			var err error
			if got[name], err = resolve(t.Context(), name); err != nil {
				return false, err.Error()
			}
		}
		diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}))
		return diff == "", "(-pods +names):\n" + diff
	})
}
