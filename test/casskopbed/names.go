package casskopbed

import (
	"slices"
	"strings"
)

// names are those under which a pod is found.
type names struct {
	// inCluster are known in its namespace: those of its headless service.
	inCluster []string
	// everywhere are known to all: what external-dns publishes.
	everywhere []string
}

// podNames are the names of a pod: `<pod>.<service>` with and without what cluster DNS appends, and `<pod>.<zone>` where its service asks
// external-dns for a zone.
func podNames(namespace, pod, service, zone string) names {
	short := pod + "." + service
	n := names{inCluster: []string{short, short + "." + namespace, short + "." + namespace + ".svc", short + "." + namespace + ".svc.cluster.local"}}
	if zone = strings.TrimSuffix(strings.TrimSpace(zone), "."); zone != "" {
		n.everywhere = []string{pod + "." + zone}
	}
	return n
}

// resolve finds the running node that a name or address leads to, seen from a site; the caller holds mu.
func (c *Cassandra) resolve(from site, name string) *node {
	for _, n := range c.nodes {
		if !n.up {
			continue
		}
		if n.address == name || slices.Contains(n.names.everywhere, name) || n.at == from && slices.Contains(n.names.inCluster, name) {
			return n
		}
	}
	return nil
}

// address of the running node that a name leads to, seen from a site; empty when there is none.
func (c *Cassandra) address(from site, name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := c.resolve(from, name); n != nil {
		return n.address
	}
	return ""
}
