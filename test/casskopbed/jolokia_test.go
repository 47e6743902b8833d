package casskopbed

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const storage = "org.apache.cassandra.db:type=StorageService"

// ask asks the agent of a node.
func ask(t *testing.T, c *Cassandra, node string, q question) any {
	t.Helper()
	q.MBean = storage
	value, err := c.answer(node, q)
	must(t, err)
	return value
}

// begin starts the process of a node.
func begin(c *Cassandra, pod, address string, seeds ...string) {
	c.start(pod, node{pod: pod, address: address, names: podNames("ns", pod, "ring", "zone.")}, seeds)
}

// TestLifeOfANode as CassKop sees it through Jolokia.
func TestLifeOfANode(t *testing.T) {
	c := NewCassandra()
	c.Keyspace("users", "dc1", "dc2")
	read := func(node, attribute string) any { return ask(t, c, node, question{Type: "READ", Attribute: attribute}) }
	exec := func(node, operation string, arguments ...any) any {
		return ask(t, c, node, question{Type: "EXEC", Operation: operation, Arguments: arguments})
	}
	begin(c, "a", "127.0.0.1", "b.zone", "a.zone")
	c.join("a")
	begin(c, "b", "127.0.0.2", "b.ring.ns", "a.ring.ns.svc")
	a, b := c.nodes["a"].hostID, c.nodes["b"].hostID
	check := func(what string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("joining nodes", []string{"127.0.0.2"}, read("a", "JoiningNodes"))
	check("host ids before it has joined", map[string]string{"127.0.0.1": a}, read("b", "HostIdMap"))
	c.join("b")
	check("mode", Normal, read("b", "OperationMode"))
	check("host ids", map[string]string{"127.0.0.1": a, "127.0.0.2": b}, read("a", "HostIdMap"))
	c.stop("b")
	check("live nodes when one is down", []string{"127.0.0.1"}, read("a", "LiveNodes"))
	begin(c, "b", "127.0.0.3")
	check("mode after a restart", Starting, read("b", "OperationMode"))
	check("host ids after a restart on another address", map[string]string{"127.0.0.1": a, "127.0.0.3": b}, read("a", "HostIdMap"))
	c.join("b")
	check("keyspaces", []string{"system", "system_schema", "users"}, read("a", "Keyspaces"))
	check("where a keyspace is", 2, len(exec("a", "describeRingJMX", "users").([]string)))
	exec("b", "decommission")
	check("mode after decommission", Decommissioned, read("b", "OperationMode"))
	check("host ids after decommission", map[string]string{"127.0.0.1": a}, read("a", "HostIdMap"))
	if !c.SetMode("a", Leaving) {
		t.Error("there is no node a")
	}
	check("leaving nodes", []string{"127.0.0.1"}, read("a", "LeavingNodes"))
	exec("a", "removeNode", b)
	check("rings", [][]string{{"a"}}, c.Rings())
}
