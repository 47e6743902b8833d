package casskopbed

import (
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/uuid"
)

// Modes of a node, as Cassandra names them.
const (
	Joining        = "JOINING"
	Starting       = "STARTING"
	Normal         = "NORMAL"
	Leaving        = "LEAVING"
	Decommissioned = "DECOMMISSIONED"
)

// decommissionTime is how long a node needs to hand its data over.
const decommissionTime = 200 * time.Millisecond

// Cassandra is a simulated database: nodes that find each other by their seeds, in one cluster or in several. It knows what CassKop asks
// for, and holds no data but the names of keyspaces.
type Cassandra struct {
	mu        sync.Mutex
	nodes     map[string]*node // by the identity of their data
	keyspaces map[string][]string
}

// node is a Cassandra node. What it is stays when its process ends, as its data does.
type node struct {
	pod     string // the name of its pod, the same in every life
	at      site
	hostID  string
	ring    string // the host id of the node that founded it
	mode    string
	up      bool   // whether its process runs
	address string // of the process, or of the last one
	names   names
}

// NewCassandra makes a database without nodes.
func NewCassandra() *Cassandra {
	return &Cassandra{nodes: map[string]*node{}, keyspaces: map[string][]string{"system": nil, "system_schema": nil}}
}

// Keyspace makes a keyspace with replicas in some datacenters. CassKop does not empty a datacenter that has any.
func (c *Cassandra) Keyspace(name string, datacenters ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keyspaces[name] = datacenters
}

// SetMode has the node of a pod say that it is in a mode, until its pod starts again: CassKop, which looks at the mode when it removes a
// node, and at who is joining before it does anything, waits for another one. It reports whether there is such a node.
func (c *Cassandra) SetMode(pod, mode string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := false
	for _, n := range c.nodes {
		if n.pod == pod {
			n.mode, found = mode, true
		}
	}
	return found
}

// Rings are the rings that the nodes have found or founded, each with the names of the pods of its nodes, whether they run or not. A
// well-made MultiCasskop has one.
func (c *Cassandra) Rings() [][]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	members := map[string][]string{}
	for _, n := range c.nodes {
		if n.mode != Decommissioned {
			members[n.ring] = append(members[n.ring], n.pod)
		}
	}
	rings := slices.Collect(maps.Values(members))
	for _, ring := range rings {
		slices.Sort(ring)
	}
	slices.SortFunc(rings, slices.Compare)
	return rings
}

// start begins the life of a node's process, as the bootstrap script does it: the first seed that answers leads to the ring; if none
// does, the node founds one. A node that has data knows its ring.
func (c *Cassandra) start(identity string, born node, seeds []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.nodes[identity]
	if n == nil {
		n = &born
		n.hostID, n.mode = string(uuid.NewUUID()), Joining
		n.ring = n.hostID
		for _, seed := range seeds {
			if other := c.resolve(n.at, seed); other != nil {
				n.ring = other.ring
				break
			}
		}
		c.nodes[identity] = n
	} else if n.mode != Decommissioned {
		n.mode = Starting
	}
	n.up, n.address, n.names = true, born.address, born.names
}

// join ends the start of a node.
func (c *Cassandra) join(identity string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := c.nodes[identity]; n.mode == Joining || n.mode == Starting {
		n.mode = Normal
	}
}

// stop ends the process of a node. One that never joined leaves nothing behind.
func (c *Cassandra) stop(identity string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := c.nodes[identity]; n.mode == Joining {
		delete(c.nodes, identity)
	} else {
		n.up = false
	}
}

// decommission returns when the node has left its ring.
func (c *Cassandra) decommission(identity string) {
	c.setModeOf(identity, Leaving)
	<-time.After(decommissionTime)
	c.setModeOf(identity, Decommissioned)
}

func (c *Cassandra) setModeOf(identity, mode string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nodes[identity].mode = mode
}

// remove forgets a node of a ring, as `nodetool removenode` does.
func (c *Cassandra) remove(hostID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.nodes, func(_ string, n *node) bool { return n.hostID == hostID })
}
