package casskop

import "fmt"

// Datacenter is a Cassandra datacenter as CassKop runs it: nothing is left to a default.
type Datacenter struct {
	// Name is the datacenter's name.
	Name string
	// Racks are the names of its racks, at least one, in order.
	Racks []string
	// NodesPerRack is the number of Cassandra nodes in each rack; 0 for a datacenter that is on its way out.
	NodesPerRack int32
}

// Nodes is the number of Cassandra nodes in the datacenter; a negative NodesPerRack counts as none.
func (d Datacenter) Nodes() int {
	return len(d.Racks) * int(max(d.NodesPerRack, 0))
}

// Datacenters returns the topology with CassKop's defaults applied, in the order of the spec. Names are taken as they are.
//
// A datacenter without racks keeps its name and nodesPerRacks here. CassKop 1.1.5 and 2.1.0 replace the whole topology in
// this case (InitCassandraRackList), which makes such a spec of several datacenters unusable, not different.
func (c *CassandraCluster) Datacenters() []Datacenter {
	// SetDefaults takes 0 at this level for "not set". In a DC it is a value.
	nodes := c.Spec.NodesPerRacks
	if nodes == 0 {
		nodes = 1
	}
	if len(c.Spec.Topology.DC) == 0 {
		return []Datacenter{{Name: DefaultDatacenter, Racks: []string{DefaultRack}, NodesPerRack: nodes}}
	}
	dcs := make([]Datacenter, 0, len(c.Spec.Topology.DC))
	for _, dc := range c.Spec.Topology.DC {
		d := Datacenter{Name: dc.Name, Racks: dc.rackNames(), NodesPerRack: nodes}
		if dc.NodesPerRacks != nil {
			d.NodesPerRack = *dc.NodesPerRacks
		}
		dcs = append(dcs, d)
	}
	return dcs
}

func (d DC) rackNames() []string {
	if len(d.Rack) == 0 {
		return []string{DefaultRack}
	}
	names := make([]string, 0, len(d.Rack))
	for _, rack := range d.Rack {
		names = append(names, rack.Name)
	}
	return names
}

// Pods returns the names of all Cassandra pods of the cluster, by datacenter, rack and index.
func (c *CassandraCluster) Pods() []string {
	var pods []string
	for _, dc := range c.Datacenters() {
		for _, rack := range dc.Racks {
			for index := range dc.NodesPerRack {
				pods = append(pods, PodName(c.Name, dc.Name, rack, index))
			}
		}
	}
	return pods
}

// StatefulSetName returns the name of the StatefulSet that runs a rack of the named CassandraCluster.
func StatefulSetName(cluster, dc, rack string) string {
	return cluster + "-" + dc + "-" + rack
}

// PodName returns the name of the index-th pod, from 0, of a rack of the named CassandraCluster.
func PodName(cluster, dc, rack string, index int32) string {
	return fmt.Sprintf("%s-%d", StatefulSetName(cluster, dc, rack), index)
}

// ConfiguredDataCapacity returns the size of the data volumes of a datacenter, as written: its own, else that of the spec,
// also for a name that the topology does not have. Empty means that the data is not kept.
func (c *CassandraCluster) ConfiguredDataCapacity(dc string) string {
	if d := c.dc(dc); d != nil && d.DataCapacity != "" {
		return d.DataCapacity
	}
	return c.Spec.DataCapacity
}

// DataStorageClass returns the storage class of the data volumes of a datacenter: its own if it sets dataCapacity, else
// that of the spec, also for a name that the topology does not have. Empty means the default class of the Kubernetes cluster.
//
// The condition on dataCapacity is CassKop's (GetDataStorageClassFromDCName in 1.1.5 and 2.1.0, which asks for the wrong
// field) and cuts both ways: without its own capacity a datacenter's class is ignored, and with one but no class it does
// not get the class of the spec.
func (c *CassandraCluster) DataStorageClass(dc string) string {
	if d := c.dc(dc); d != nil && d.DataCapacity != "" {
		return d.DataStorageClass
	}
	return c.Spec.DataStorageClass
}

// dc returns the first datacenter of that name in the topology, as CassKop looks it up, or nil.
func (c *CassandraCluster) dc(name string) *DC {
	for i := range c.Spec.Topology.DC {
		if c.Spec.Topology.DC[i].Name == name {
			return &c.Spec.Topology.DC[i]
		}
	}
	return nil
}
