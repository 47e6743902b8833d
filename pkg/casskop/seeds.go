package casskop

import "strings"

// AnnotationHostname is external-dns' annotation on a service: the domain under which it publishes the service's pods, each
// as `<pod>.<domain>`.
const AnnotationHostname = "external-dns.alpha.kubernetes.io/hostname"

// seedsPerDatacenter is how many seeds CassKop wants in each datacenter.
const seedsPerDatacenter = 3

// SeedPods returns the names of the pods that are seeds by CassKop's own rule (InitSeedList), by datacenter, rack and index.
// In each datacenter there are three at most: the first three nodes of a single rack, two of the first of two racks and one
// of the second, or the first node of each of the first three racks.
//
// A datacenter with no nodes has no seeds. CassKop names pods there all the same if it has three racks or more; nothing can
// ever answer under those names.
func (c *CassandraCluster) SeedPods() []string {
	var seeds []string
	for _, dc := range c.Datacenters() {
		left := int32(seedsPerDatacenter)
		for _, rack := range dc.Racks {
			take := min(seedsPerRack(len(dc.Racks)), dc.NodesPerRack, left)
			for index := range take {
				seeds = append(seeds, PodName(c.Name, dc.Name, rack, index))
			}
			left -= max(take, 0)
		}
	}
	return seeds
}

// seedsPerRack is the most seeds that one rack may have in a datacenter of so many racks.
func seedsPerRack(racks int) int32 {
	switch racks {
	case 1:
		return 3
	case 2:
		return 2
	default:
		return 1
	}
}

// Zone returns the domain under which external-dns publishes the pods, from [AnnotationHostname] in spec.service, without
// surrounding spaces and final dot; empty if there is none. The annotation is taken as one name, not as a list.
func (c *CassandraCluster) Zone() string {
	if c.Spec.Service == nil {
		return ""
	}
	return strings.TrimSuffix(strings.TrimSpace(c.Spec.Service.Annotations[AnnotationHostname]), ".")
}
