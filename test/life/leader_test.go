package life

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// A leader that ends gives its lease back. One that dies or stops leaves it, and the other replica takes it when it is 15 s old; it looks
// every 2 to 4.4 s.
const (
	handOver = 10 * time.Second
	takeOver = 25 * time.Second
)

// replica is one of two controllers of a cluster. It speaks to the API server by a link that counts what it writes, and can keep it back.
type replica struct {
	*bed.GateProcess
	writes    atomic.Int32 // of a status, that were tried
	conflicts atomic.Int32 // of these
	held      atomic.Int32 // that were kept back
	status    valve
}

func startReplica(t *testing.T, c *bed.Cluster, namespace string, supervise bool) *replica {
	t.Helper()
	r := &replica{}
	way := newLink(t, c, func(request *http.Request) {
		if writesStatus(request) {
			r.writes.Add(1)
			r.held.Add(1)
			r.status.pass(request.Context())
			r.held.Add(-1)
		}
	}, func(response *http.Response) {
		if writesStatus(response.Request) && response.StatusCode == http.StatusConflict {
			r.conflicts.Add(1)
		}
	})
	r.GateProcess = c.RunGate(t, namespace, func(o *bed.GateOptions) {
		o.Kubeconfig, o.LeaderElect, o.Supervise = bed.KubeconfigFile(t, way.config(c.GateIdentity(t))), true, supervise
	})
	return r
}

// alone is a ring of one cluster. Its gate opens for whatever it wants, once that has settled.
type alone struct {
	*bed.Cluster
	key client.ObjectKey
}

func newAlone(t *testing.T, c *bed.Cluster, namespace string) alone {
	t.Helper()
	if err := c.InstallGate(t.Context()); err != nil {
		t.Fatal(err)
	}
	tree := bed.Ring{Name: "ring", Namespace: namespace, Clusters: []string{c.Name}}.Render(t)
	tree.InstallGates(t, c)
	return alone{c, tree.Key()}
}

// want changes the spec.
func (a alone) want(t *testing.T, revision string, hold bool) {
	t.Helper()
	g := a.Gate(t, a.key)
	patch := fmt.Appendf(nil, `{"spec":{"revision":%q,"hold":%t}}`, revision, hold)
	if err := a.Client.Patch(t.Context(), g, client.RawPatch(types.MergePatchType, patch)); err != nil {
		t.Fatal(err)
	}
}

// opens waits until it is open, and returns how long that took.
func (a alone) opens(t *testing.T, within time.Duration) time.Duration {
	t.Helper()
	began := time.Now()
	a.WaitGate(t, a.key, within, "open: "+gate.ReasonRuleMet)
	return time.Since(began).Round(10 * time.Millisecond)
}

func testAnotherReplicaTakesOver(t *testing.T) {
	a := newAlone(t, clusters[1], "life-leader")
	first := startReplica(t, clusters[1], a.key.Namespace, false)
	a.opens(t, takeOver)
	second := startReplica(t, clusters[1], a.key.Namespace, false)
	a.want(t, "00000001", false)
	a.opens(t, handOver)
	if n := second.writes.Load(); n != 0 {
		t.Errorf("the one that does not lead has written %d times", n)
	}

	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	a.want(t, "00000002", false)
	t.Logf("after SIGTERM open in %s, with %s to settle", a.opens(t, handOver), gate.Settle)
	if n := second.writes.Load(); n == 0 {
		t.Error("the one that took over has not written")
	}

	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	first.WaitReady(t)
	before := first.writes.Load()
	a.want(t, "00000003", false)
	a.opens(t, handOver)
	if n := first.writes.Load() - before; n != 0 {
		t.Errorf("the one that does not lead any more has written %d times", n)
	}
	if err := second.Kill(); err != nil {
		t.Fatal(err)
	}
	a.want(t, "00000004", false)
	t.Logf("after SIGKILL open in %s, with %s to settle", a.opens(t, takeOver), gate.Settle)
}

// testLeaderThatStoodStill stops a leader (SIGSTOP) that has decided to open, with its write on its way, until another one leads
// and has seen that the Gate must be held. Both the write and the leader come too late.
func testLeaderThatStoodStill(t *testing.T) {
	a := newAlone(t, clusters[2], "life-stood-still")
	first := startReplica(t, clusters[2], a.key.Namespace, true)
	a.opens(t, takeOver)
	startReplica(t, clusters[2], a.key.Namespace, true)

	a.want(t, "00000001", false)
	a.WaitGate(t, a.key, handOver, "held: "+gate.ReasonSettling)
	first.status.shut()
	bed.WaitFor(t, handOver, "the leader writes that the gate is open", func() (bool, string) { return first.held.Load() == 1, "not yet" })
	if err := first.Pause(); err != nil {
		t.Fatal(err)
	}
	a.want(t, "00000002", true)
	began := time.Now()
	a.WaitGate(t, a.key, takeOver, "held: "+gate.ReasonHold)
	t.Logf("the other one leads after %s", time.Since(began).Round(10*time.Millisecond))

	first.status.open()
	bed.WaitFor(t, handOver, "the late write is refused", func() (bool, string) { return first.conflicts.Load() == 1, "no conflict yet" })
	before := a.Gate(t, a.key)
	if err := first.Resume(); err != nil {
		t.Fatal(err)
	}
	// it tries to renew its lease for 10 s, and believes that it leads; what it writes is refused when the Gate has changed since
	bed.WaitFor(t, takeOver, "the late leader ends and is started again", func() (bool, string) { return first.Restarts() == 1, "not yet" })
	first.WaitReady(t)
	after := a.Gate(t, a.key)
	if bed.Says(after) != "held: "+gate.ReasonHold || after.Status.OpenedRevision != "" || after.ResourceVersion != before.ResourceVersion {
		t.Errorf("the Gate says %s, opened for %q, and was written after the late leader went on: %t", bed.Says(after), after.Status.OpenedRevision,
			after.ResourceVersion != before.ResourceVersion)
	}
}
