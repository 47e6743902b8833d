package casskopbed

import (
	"fmt"
	"net"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestScale: nodes are added one by one; one that goes is decommissioned first, and its data go with it.
func TestScale(t *testing.T) {
	t.Parallel()
	r := created(t, "scale", Options{})
	r.set(t, int64(2), "nodesPerRacks")
	r.wait(t, casskop.ReasonActionNotDone, casskop.ReasonNotRunning)
	r.wait(t, casskop.ReasonReady)
	if diff := cmp.Diff([][]string{{"ring-dc1-rack1-0", "ring-dc1-rack1-1"}}, r.Cassandra.Rings()); diff != "" {
		t.Errorf("rings after the scale-up (-want +got):\n%s", diff)
	}
	r.set(t, int64(1), "nodesPerRacks")
	r.wait(t, casskop.ReasonActionNotDone, casskop.ReasonNotRunning)
	r.wait(t, casskop.ReasonReady)
	if diff := cmp.Diff([][]string{{"ring-dc1-rack1-0"}}, r.Cassandra.Rings()); diff != "" {
		t.Errorf("rings after the scale-down (-want +got):\n%s", diff)
	}
	bed.WaitFor(t, patience, "the volume is gone", func() (bool, string) {
		err := clusters[0].Client.Get(t.Context(), client.ObjectKey{Namespace: "scale", Name: "data-ring-dc1-rack1-1"}, &corev1.PersistentVolumeClaim{})
		return apierrors.IsNotFound(err), fmt.Sprint(err)
	})
}

// TestLostNode: fewer nodes together with another image: a node goes without having been decommissioned. So render refuses that.
func TestLostNode(t *testing.T) {
	t.Parallel()
	r := created(t, "lost", Options{}, twoNodes)
	r.update(t, func(cc *unstructured.Unstructured) {
		spec := cc.Object["spec"].(map[string]any)
		spec["nodesPerRacks"], spec["cassandraImage"] = int64(1), newImage
	})
	r.wait(t, casskop.ReasonActionNotDone, casskop.ReasonNotRunning)
	r.wait(t, casskop.ReasonReady)
	if len(pods(t, r)) != 1 {
		t.Fatalf("there are %d pods, want 1", len(pods(t, r)))
	}
	if diff := cmp.Diff([][]string{{"ring-dc1-rack1-0", "ring-dc1-rack1-1"}}, r.Cassandra.Rings()); diff != "" {
		t.Errorf("rings (-want +got):\n%s", diff)
	}
}

// TestRings: a datacenter whose seeds name nodes that run joins their ring. One without seeds founds its own.
func TestRings(t *testing.T) {
	t.Parallel()
	database := NewCassandra()
	seeds := []string{"ring-dc1-rack1-0.cassandra.example", "ring-dc2-rack1-0.cassandra.example"}
	for i, seeds := range [][]string{seeds, seeds, nil} {
		dc := fmt.Sprintf("dc%d", i+1)
		r := created(t, "rings-"+dc, Options{Cassandra: database}, func(cc *unstructured.Unstructured) {
			spec := cc.Object["spec"].(map[string]any)
			spec["topology"] = map[string]any{"dc": []any{map[string]any{"name": dc, "rack": []any{map[string]any{"name": "rack1"}}}}}
			spec["service"] = map[string]any{"annotations": map[string]any{casskop.AnnotationHostname: "cassandra.example."}}
			if seeds != nil {
				must(t, unstructured.SetNestedStringSlice(cc.Object, seeds, "status", "seedlist"))
			}
		})
		if seeds == nil {
			seeds = []string{"ring-dc3-rack1-0.ring.rings-dc3"} // CassKop's own
		}
		if diff := cmp.Diff(seeds, Seeds(statefulSet(t, r).Spec.Template.Spec)); diff != "" {
			t.Errorf("%s: seeds of the StatefulSet (-want +got):\n%s", dc, diff)
		}
	}
	if diff := cmp.Diff([][]string{{"ring-dc1-rack1-0", "ring-dc2-rack1-0"}, {"ring-dc3-rack1-0"}}, database.Rings()); diff != "" {
		t.Errorf("rings (-want +got):\n%s", diff)
	}
}

// TestSeedListChange: new seeds are two rolling restarts: CassKop holds the list back from the bootstrap container until all racks are
// ready for it, and forgets the sidecar. Nothing in spec tells that it has not seen them yet; the generation in its annotation does.
func TestSeedListChange(t *testing.T) {
	t.Parallel()
	r := created(t, "seedlist", Options{})
	r.waitSeen(t)
	must(t, r.Stop())
	want := []string{"ring-dc1-rack1-0.ring", "elsewhere.example"}
	r.update(t, func(cc *unstructured.Unstructured) {
		must(t, unstructured.SetNestedStringSlice(cc.Object, want, "status", "seedlist"))
	})
	if seen, live := generations(t, r.get(t)); seen == live {
		t.Errorf("the annotation has generation %d before CassKop could see it", seen)
	}
	h := r.watch(t)
	must(t, r.Start())
	r.wait(t, casskop.ReasonNotRunning, casskop.ReasonActionNotDone)
	r.wait(t, casskop.ReasonReady)
	r.waitSeen(t)
	if diff := cmp.Diff(want, Seeds(pods(t, r)[0].Spec)); diff != "" {
		t.Errorf("seeds of the pod (-want +got):\n%s", diff)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if diff := cmp.Diff([]string{"ring-dc1-rack1-0", "ring-dc1-rack1-0"}, h.stopped); diff != "" {
		t.Errorf("pods that stopped (-want +got):\n%s", diff)
	}
}

// waitSeen waits until the annotation tells of the live generation.
func (r *ring) waitSeen(t *testing.T) {
	t.Helper()
	bed.WaitFor(t, patience, "CassKop has seen the live generation", func() (bool, string) {
		seen, live := generations(t, r.get(t))
		return seen == live, fmt.Sprintf("it has seen %d of %d", seen, live)
	})
}

// TestDataOutliveTheRing: a CassandraCluster that goes leaves its volumes, and one of the same name finds its data again.
func TestDataOutliveTheRing(t *testing.T) {
	t.Parallel()
	r := created(t, "data", Options{})
	before := hostID(t, r)
	agent := net.JoinHostPort(pods(t, r)[0].Status.PodIP, strconv.Itoa(jolokiaPort))
	if err := reach(t, agent); err != nil {
		t.Errorf("the agent of a pod that runs: %v", err)
	}
	must(t, clusters[0].Client.Delete(t.Context(), r.get(t)))
	bed.WaitFor(t, patience, "the pod is gone", func() (bool, string) { return len(pods(t, r)) == 0, "it is not" })
	if err := reach(t, agent); err == nil {
		t.Error("the agent of a pod that is gone can be reached")
	}
	must(t, clusters[0].Client.Create(t.Context(), cassandraCluster(r.key)))
	r.wait(t, casskop.ReasonReady)
	if diff := cmp.Diff(before, hostID(t, r)); diff != "" {
		t.Errorf("host id (-before +after):\n%s", diff)
	}
}

// hostID is what CassKop has learnt of the first node, from Jolokia.
func hostID(t *testing.T, r *ring) (id string) {
	t.Helper()
	bed.WaitFor(t, patience, "CassKop knows the node", func() (bool, string) {
		id, _, _ = unstructured.NestedString(r.get(t).Object, "status", "cassandraNodeStatus", "ring-dc1-rack1-0", "hostId")
		return id != "", "it does not"
	})
	return id
}

// reach connects, as the bootstrap script and the gate do to find out whether a seed is there.
func reach(t *testing.T, address string) error {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err == nil {
		err = conn.Close()
	}
	return err
}
