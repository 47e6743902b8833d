package casskopbed

import (
	"fmt"
	"maps"
	"slices"
)

// What a node tells of its ring; the caller holds mu, unless it says otherwise.

// hostIDs are the members, by address; of one that is down, the last address.
func (c *Cassandra) hostIDs(ring string) map[string]string {
	ids := map[string]string{}
	for _, n := range c.nodes {
		if n.ring == ring && n.mode != Decommissioned && n.mode != Joining {
			ids[n.address] = n.hostID
		}
	}
	return ids
}

// addresses are those of the running nodes in some modes.
func (c *Cassandra) addresses(ring string, modes ...string) []string {
	found := []string{}
	for _, n := range c.nodes {
		if n.ring == ring && n.up && slices.Contains(modes, n.mode) {
			found = append(found, n.address)
		}
	}
	slices.Sort(found)
	return found
}

func (c *Cassandra) keyspaceNames() []string { return slices.Sorted(maps.Keys(c.keyspaces)) }

// describeRing tells in which datacenters a keyspace has replicas, in Cassandra's words. It takes mu itself.
func (c *Cassandra) describeRing(keyspace string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	ranges := []string{}
	for _, dc := range c.keyspaces[keyspace] {
		ranges = append(ranges, fmt.Sprintf("TokenRange(start_token:0, end_token:0, endpoint_details:[EndpointDetails(datacenter:%s, rack:r)])", dc))
	}
	return ranges
}
