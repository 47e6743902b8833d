package casskop

import (
	"encoding/json"
	"fmt"
)

// DatacentersOf returns the topology of a CassandraCluster as decoded from JSON, see [CassandraCluster.Datacenters]. It reads names and
// numbers of nodes alone: an odd quantity elsewhere says nothing about them, and a number that cannot be read counts as not given.
func DatacentersOf(object map[string]any) ([]Datacenter, error) {
	topology, err := child(object, "spec", "topology")
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(topology)
	if err != nil {
		return nil, fmt.Errorf("spec.topology: %w", err)
	}
	var plain struct {
		DC []struct {
			Name          string
			NodesPerRacks any
			Rack          []struct{ Name string }
		}
	}
	if err := json.Unmarshal(encoded, &plain); err != nil {
		return nil, fmt.Errorf("spec.topology: %w", err)
	}
	var cluster CassandraCluster
	spec, _ := child(object, "spec") // it was walked through above
	if nodes := nodesPerRacks(spec["nodesPerRacks"]); nodes != nil {
		cluster.Spec.NodesPerRacks = *nodes
	}
	for _, dc := range plain.DC {
		named := DC{Name: dc.Name, NodesPerRacks: nodesPerRacks(dc.NodesPerRacks)}
		for _, rack := range dc.Rack {
			named.Rack = append(named.Rack, Rack{Name: rack.Name})
		}
		cluster.Spec.Topology.DC = append(cluster.Spec.Topology.DC, named)
	}
	return cluster.Datacenters(), nil
}

func nodesPerRacks(value any) *int32 {
	whole, ok := integer(value)
	if !ok || whole < 0 || whole > 1<<30 {
		return nil
	}
	nodes := int32(whole)
	return &nodes
}

// NodesOf counts the nodes of a CassandraCluster as decoded from JSON: those that its spec wants, and of them those in racks that CassKop
// calls Running and Done, whose nodes are all up. What cannot be read has none.
func NodesOf(object map[string]any) (ready, wanted int) {
	dcs, err := DatacentersOf(object)
	if err != nil {
		return 0, 0
	}
	racks, _ := child(object, "status", "cassandraRackStatus") // no status: no rack is ready
	for _, dc := range dcs {
		for _, rack := range dc.Racks {
			nodes := int(max(dc.NodesPerRack, 0))
			wanted += nodes
			key := dc.Name + "-" + rack
			if found, err := checkRack(key, racks[key]); err == nil && found.Ready {
				ready += nodes
			}
		}
	}
	return ready, wanted
}
