package bed

import (
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// readiness of the live CassandraCluster.
func readiness(t *testing.T, c *Cluster, key client.ObjectKey) casskop.Readiness {
	t.Helper()
	cc := NewCassandraCluster(key)
	if err := c.Client.Get(t.Context(), key, cc); err != nil {
		t.Fatal(err)
	}
	return casskop.ReadinessOf(cc.Object)
}

// deliver opens the gate of a cluster and delivers.
func deliver(t *testing.T, c *Cluster, tree *Tree) {
	t.Helper()
	open(t, c, tree.Key())
	WaitFor(t, startTime, "the open gate lets it through", func() (bool, string) {
		err := tree.Deliver(t, c)
		return err == nil, errorText(err)
	})
}

func TestOperatorByHand(t *testing.T) {
	c := clusters[0]
	tree := installRing(t, "by-hand")
	deliver(t, c, tree)
	operator := c.Operator(t)
	for _, test := range []struct {
		state State
		want  string
	}{
		{Initializing, casskop.ReasonNotRunning},
		{Done, casskop.ReasonReady},
		{Ongoing, casskop.ReasonActionNotDone},
		{Pending, casskop.ReasonNotRunning},
		{Corrected, casskop.ReasonCorrected},
	} {
		if err := operator.TakeIn(t.Context(), tree.Key(), test.state); err != nil {
			t.Fatal(err)
		}
		if got := readiness(t, c, tree.Key()); got.Reason != test.want {
			t.Errorf("%v: readiness is %s (%s), want %s", test.state, got.Reason, got.Message, test.want)
		}
	}
}

func TestOperatorByItself(t *testing.T) {
	c := clusters[1]
	c.Operator(t).Run(t, Pace{Notice: 100 * time.Millisecond, Roll: 100 * time.Millisecond})
	tree := installRing(t, "by-itself")
	audit := c.Audit(t)
	deliver(t, c, tree)
	ready := func() (bool, string) {
		got := readiness(t, c, tree.Key())
		return got.Ready, got.Message
	}
	WaitFor(t, 10*time.Second, "the first spec is done", ready)
	ring := tree.ring
	ring.Image = "cassandra:4.0.5"
	tree = ring.RenderInto(t, tree.Dir)
	tree.InstallGates(t, c)
	deliver(t, c, tree)
	WaitFor(t, 10*time.Second, "the second spec is done", ready)
	var passes []string
	var last time.Time
	for _, e := range audit.Next(t) {
		if !e.Is("cassandraclusters") || !e.Write() {
			continue
		}
		phase, action, status := casskop.Progress(e.ResponseObject)
		passes = append(passes, e.User.Username+" "+phase+" "+action+" "+status)
		if since := e.StageTimestamp.Sub(last); e.User.Username == OperatorUser && since < 100*time.Millisecond {
			t.Errorf("pass %d came after %s, want 100ms or more", len(passes), since)
		}
		last = e.StageTimestamp
	}
	want := []string{
		"admin   ",
		"casskop Initializing Initializing Ongoing",
		"casskop Running UpdateDockerImage Done",
		"admin Running UpdateDockerImage Done",
		"casskop Running UpdateDockerImage Ongoing",
		"casskop Running UpdateDockerImage Done",
	}
	if diff := compare(want, passes); diff != "" {
		t.Errorf("passes (-want +got):\n%s", diff)
	}
}
