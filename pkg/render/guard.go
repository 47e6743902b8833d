package render

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/utils/ptr"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// guard holds a cluster's new object against the one that was rendered before. Each rule is something that CassKop refuses and
// puts back, while git still asks for it, or that Kubernetes refuses to CassKop (facts from CassKop 1.1.5, CheckNonAllowedChanges
// and CheckTopologyChanges in pkg/controller/cassandracluster/reconcile.go).
func guard(opts *Options, c *Cluster, old *oldObject) Problems {
	g := guardian{opts: opts, c: c, old: old.Typed, now: c.Typed}
	g.namespace()
	g.storage()
	g.labels()
	g.nodes()
	g.datacenters()
	return g.problems
}

type guardian struct {
	opts     *Options
	c        *Cluster
	old, now *casskop.CassandraCluster
	problems Problems
}

func (g *guardian) found(rule Rule, at schema.Path, value any, message, hint string) {
	g.problems = append(g.problems, guarded(g.opts, rule, g.c.source.problem(at, value, "cluster "+g.c.Name+": "+message, hint)))
}

// at returns the path of a datacenter's field, or of the topology when the datacenter is not listed.
func (g *guardian) at(dc string, elems ...any) schema.Path {
	for i, listed := range g.now.Spec.Topology.DC {
		if listed.Name == dc {
			return schema.Path{"spec", "topology", "dc", i}.Child(elems...)
		}
	}
	return schema.Path{"spec", "topology"}
}

// field returns the path of a setting that a datacenter has for itself or takes from the whole spec.
func (g *guardian) field(dc, name string, own bool) schema.Path {
	if own {
		return g.at(dc, name)
	}
	return schema.Path{"spec", name}
}

// namespace: an object in another namespace is another object, with none of the data.
func (g *guardian) namespace() {
	if was := g.old.Namespace; was != "" && was != g.c.Namespace {
		g.found(RuleNamespaceChanged, schema.Path{"metadata", "namespace"}, g.c.Namespace, "the namespace was "+was+": a second CassandraCluster "+
			"would start here, and nothing moves the data", "put it back; to move, add a datacenter in the new namespace and empty this one")
	}
}

// nodes minds how many nodes there are to be, and what else may change with it.
func (g *guardian) nodes() {
	if g.old.Spec.NodesPerRacks > 0 && g.now.Spec.NodesPerRacks == 0 {
		g.found(RuleZeroNodes, schema.Path{"spec"}, nil, fmt.Sprintf("nodesPerRacks was %d and is gone: CassKop reads 0, refuses it and puts the old value "+
			"back", g.old.Spec.NodesPerRacks), "write the number that is meant")
	}
	update := g.updated()
	for _, dc := range g.now.Datacenters() {
		was := datacenter(g.old, dc.Name)
		if update != "" && dc.NodesPerRack < was.NodesPerRack {
			g.found(RuleScaleDownWithUpdate, g.field(dc.Name, "nodesPerRacks", ownDatacenter(g.now, dc.Name).NodesPerRacks != nil), dc.NodesPerRack,
				fmt.Sprintf("datacenter %s had %d nodes per rack, and %s changes too: CassKop would take a node of each rack away without "+
					"decommission, with the data that only it has", dc.Name, was.NodesPerRack, update), "scale down in a commit of its own")
		}
	}
}

// updated names a field that changes and for which CassKop writes the StatefulSets, with the new number of replicas, before it
// looks at scaling (getNextCassandraClusterStatus in cassandra_status.go, CreateOrUpdateStatefulSet in statefulset.go).
func (g *guardian) updated() string {
	switch {
	case g.old.Spec.CassandraImage != g.now.Spec.CassandraImage:
		return "cassandraImage"
	case g.old.Spec.ConfigMapName != g.now.Spec.ConfigMapName:
		return "configMapName"
	case !equality.Semantic.DeepEqual(g.old.Spec.Resources, g.now.Spec.Resources):
		return "resources"
	}
	return ""
}

func (g *guardian) storage() {
	for _, dc := range g.now.Datacenters() {
		if !hasDatacenter(g.old, dc.Name) {
			continue
		}
		own := ownDatacenter(g.now, dc.Name)
		if was, is := g.old.ConfiguredDataCapacity(dc.Name), g.now.ConfiguredDataCapacity(dc.Name); was != is {
			g.found(RuleDataCapacity, g.field(dc.Name, "dataCapacity", own.DataCapacity != ""), is, fmt.Sprintf("dataCapacity of datacenter %s was %s: "+
				"CassKop refuses to change it and puts the old value back", dc.Name, orNone(was)), "put it back; for other volumes add a datacenter and empty this one")
		}
		if was, is := g.old.DataStorageClass(dc.Name), g.now.DataStorageClass(dc.Name); was != is {
			g.found(RuleStorageClass, g.field(dc.Name, "dataStorageClass", own.DataCapacity != ""), is, fmt.Sprintf("dataStorageClass of datacenter %s "+
				"was %s: CassKop refuses to change it and puts the old value back", dc.Name, orNone(was)), "put it back; for other volumes add a datacenter and empty this one")
		}
	}
	if !equality.Semantic.DeepEqual(g.old.Spec.StorageConfigs, g.now.Spec.StorageConfigs) {
		g.found(RuleStorageConfigs, schema.Path{"spec", "storageConfigs"}, nil, "storageConfigs changed: they are volumeClaimTemplates, which "+
			"Kubernetes refuses to change, and CassKop would try for ever", "put them back; for other volumes add a datacenter and empty this one")
	}
}

// labels of the CassandraCluster are in the selector and the volumeClaimTemplates of its StatefulSets.
func (g *guardian) labels() {
	if !sameMap(g.old.Labels, g.now.Labels) {
		was := "not set"
		if len(g.old.Labels) > 0 {
			was = shown(g.old.Labels)
		}
		g.found(RuleLabelsChanged, schema.Path{"metadata", "labels"}, g.now.Labels, fmt.Sprintf("labels were %s: CassKop puts them into the "+
			"selector of its StatefulSets, which Kubernetes refuses to change, and CassKop would try for ever", was), "put them back; use annotations")
	}
}

func (g *guardian) datacenters() {
	var removed, added []casskop.Datacenter
	for _, dc := range g.old.Datacenters() {
		if !hasDatacenter(g.now, dc.Name) {
			removed = append(removed, dc)
		}
	}
	for _, dc := range g.now.Datacenters() {
		if !hasDatacenter(g.old, dc.Name) {
			added = append(added, dc)
			continue
		}
		g.racks(dc)
		g.tokens(dc)
	}
	if len(removed) == 0 {
		return
	}
	if len(added) > 0 {
		g.found(RuleDatacenterRenamed, g.at(added[0].Name, "name"), added[0].Name, fmt.Sprintf("datacenter %s is gone and %s is new: CassKop takes "+
			"this for a change of name and puts the old topology back", names(removed), names(added)),
			"add the new datacenter first; then scale the old one to 0 and remove it, each in a commit of its own")
		return
	}
	if len(removed) > 1 {
		g.found(RuleDatacentersRemoved, schema.Path{"spec", "topology"}, nil, fmt.Sprintf("datacenters %s are removed at once: CassKop removes one at a "+
			"time and puts the old topology back", names(removed)), "remove one, roll it out, then the next")
	}
	for _, dc := range removed {
		if dc.NodesPerRack > 0 {
			g.found(RuleDatacenterNotEmpty, schema.Path{"spec", "topology"}, nil, fmt.Sprintf("datacenter %s is removed but has %d nodes: CassKop puts it "+
				"back", dc.Name, dc.Nodes()), fmt.Sprintf("change the replication of its keyspaces, set nodesPerRacks: 0 on %s, roll that out, then remove it", dc.Name))
		}
	}
}

func (g *guardian) racks(dc casskop.Datacenter) {
	was := datacenter(g.old, dc.Name).Racks
	if slices.Equal(was, dc.Racks) {
		return
	}
	g.found(RuleRacksChanged, g.at(dc.Name, "rack"), dc.Racks, fmt.Sprintf("racks of datacenter %s were %s: CassKop refuses to add, remove, rename or "+
		"reorder racks and puts the old topology back", dc.Name, strings.Join(was, ", ")), "put them back; for other racks add a datacenter and empty this one")
}

// tokens: hasChange in reconcile.go looks at numTokens, which only v1alpha1 has; an absent one is not the same as the default.
func (g *guardian) tokens(dc casskop.Datacenter) {
	was, is := ownDatacenter(g.old, dc.Name).NumTokens, ownDatacenter(g.now, dc.Name).NumTokens
	if !ptr.Equal(was, is) {
		g.found(RuleNumTokens, g.at(dc.Name, "numTokens"), ptr.Deref(is, 0), fmt.Sprintf("numTokens of datacenter %s was %s: CassKop refuses to change it "+
			"and puts the old topology back", dc.Name, number(was)), "put it back; for other tokens add a datacenter and empty this one")
	}
}

func number(n *int32) string {
	if n == nil {
		return "not set"
	}
	return fmt.Sprint(*n)
}

func hasDatacenter(c *casskop.CassandraCluster, name string) bool {
	return datacenter(c, name).Name == name
}

func datacenter(c *casskop.CassandraCluster, name string) casskop.Datacenter {
	for _, dc := range c.Datacenters() {
		if dc.Name == name {
			return dc
		}
	}
	return casskop.Datacenter{}
}

func ownDatacenter(c *casskop.CassandraCluster, name string) casskop.DC {
	for _, dc := range c.Spec.Topology.DC {
		if dc.Name == name {
			return dc
		}
	}
	return casskop.DC{}
}

func names(dcs []casskop.Datacenter) string {
	list := make([]string, len(dcs))
	for i, dc := range dcs {
		list[i] = dc.Name
	}
	return strings.Join(list, ", ")
}

func orNone(s string) string {
	if s == "" {
		return "not set"
	}
	return s
}

func sameMap(a, b map[string]string) bool {
	return len(a) == len(b) && (len(a) == 0 || reflect.DeepEqual(a, b))
}

// removed reports clusters that hold a ring in the old tree and not in the new plan.
func (p *planner) removed(old map[string][]string) {
	now := map[string]*Ring{}
	for _, ring := range p.plan.Rings {
		now[ring.Name] = ring
	}
	for _, name := range sortedKeys(old) {
		ring := now[name]
		for _, cluster := range old[name] {
			if ring != nil && ring.cluster(cluster) != nil {
				continue
			}
			p.add(guarded(p.opts, RuleRemovedCluster, p.leaves(name, cluster, ring)))
		}
	}
}

func (p *planner) leaves(name, cluster string, ring *Ring) Problem {
	hint := "to take a datacenter out of a ring: change the replication of its keyspaces, scale it to 0 nodes, roll that out, then remove the cluster"
	if ring == nil {
		return Problem{File: overlayPath(cluster, name, overlayFile), InTree: true, Line: 1, Message: fmt.Sprintf("ring %s is rendered here and is not in the input",
			name), Hint: "give all MultiCasskops of this tree in one run (-f a.yaml -f b.yaml, or -f DIR); " + hint}
	}
	message := fmt.Sprintf("cluster %s leaves ring %s: it is rendered in %s", cluster, name, overlayPath(cluster, name, ""))
	return ring.listed.saying(message, hint)
}

func (ring *Ring) cluster(name string) *Cluster {
	for _, c := range ring.Clusters {
		if c.Name == name {
			return c
		}
	}
	return nil
}
