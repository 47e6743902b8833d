package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// steps compares a cluster with what was rendered before; old is nil for a new one.
func (ring *Ring) steps(old *oldObject, c *Cluster) []Step {
	switch {
	case old == nil:
		return []Step{initializing("", c.Typed.Datacenters())}
	case old.Typed.Namespace != "" && old.Typed.Namespace != c.Namespace:
		return moved(old, c)
	case old.revision() == ring.Revision:
		return []Step{{Text: "is rendered at this revision already: no restart"}}
	}
	return compare(old, c)
}

// moved is a change of namespace: a new CassandraCluster, with nothing of the old one.
func moved(old *oldObject, c *Cluster) []Step {
	namespace := old.Typed.Namespace
	fate := "is deleted by Flux"
	if old.Typed.Annotations[annotationPrune] == "disabled" {
		fate = "is kept, nothing moves it or its data"
	}
	return []Step{
		{Text: fmt.Sprintf("namespace %s -> %s: the CassandraCluster in %s %s", namespace, c.Namespace, namespace, fate)},
		initializing(" in namespace "+c.Namespace, c.Typed.Datacenters()),
	}
}

func initializing(where string, dcs []casskop.Datacenter) Step {
	racks, pods := 0, 0
	for _, dc := range dcs {
		racks, pods = racks+len(dc.Racks), pods+dc.Nodes()
	}
	text := fmt.Sprintf("%s%s: %s, %s, %s", casskop.ActionInitializing, where, countOf(len(dcs), "datacenter"), countOf(racks, "rack"), countOf(pods, "pod"))
	return Step{Action: casskop.ActionInitializing, Text: text}
}

// comparison finds the steps of one cluster, in the order in which CassKop comes to them (1.1.5: CheckNonAllowedChanges, then for
// each rack getNextCassandraClusterStatus and ensureCassandraStatefulSet).
type comparison struct {
	old, now *casskop.CassandraCluster
	changes  map[effect][]fieldChange
	steps    []Step
}

func compare(old *oldObject, c *Cluster) []Step {
	now := *c.Typed
	if now.Spec.NodesPerRacks == 0 { // refused, and so as before
		now.Spec.NodesPerRacks = old.Typed.Spec.NodesPerRacks
	}
	k := &comparison{old: old.Typed, now: &now, changes: map[effect][]fieldChange{}}
	var defaulted []fieldChange
	for _, f := range fieldChanges(old.Object, c.Object) {
		switch {
		case !k.stays(f):
		case f.defaulted():
			defaulted = append(defaulted, f)
		default:
			k.changes[f.known.effect] = append(k.changes[f.known.effect], f)
		}
	}
	k.mounts()
	k.refused(c.Typed.Spec.NodesPerRacks)
	k.impossible()
	k.topology()
	k.seeds(c.Seeds())
	k.partitions()
	k.list(k.changes[steers], "operator setting only: no restart")
	k.list(k.changes[serviceOnly], "the existing Service is not changed, CassKop creates it once: no restart")
	k.list(k.changes[unused], "CassKop does not read it: no restart")
	k.list(defaulted, "CassKop's default, written or left out: no restart")
	k.rest()
	return k.steps
}

func (k *comparison) add(action string, restarts int, format string, args ...any) {
	k.steps = append(k.steps, Step{Action: action, Restarts: restarts, Text: fmt.Sprintf(format, args...)})
}

// stays reports whether the datacenter and rack of a field are there before and after.
func (k *comparison) stays(f fieldChange) bool {
	if f.dc == "" {
		return true
	}
	old, now := datacenter(k.old, f.dc), datacenter(k.now, f.dc)
	both := slices.Contains(old.Racks, f.rack) && slices.Contains(now.Racks, f.rack)
	return old.Name == now.Name && (f.rack == "" || both)
}

// mounts adds the restart for spec.dataCapacity that comes or goes while each datacenter has its own: the data volume is
// mounted by the one of spec alone (generateContainerVolumeMount).
func (k *comparison) mounts() {
	was, is := k.old.Spec.DataCapacity, k.now.Spec.DataCapacity
	if (was == "") != (is == "") && len(k.storage()) == 0 {
		k.changes[restarts] = append(k.changes[restarts], fieldChange{path: []string{"spec", "dataCapacity"}, was: was, is: is,
			known: consequence{note: "without it CassKop does not mount the data volume"}})
	}
}

// storage lists what changes of the data volumes of datacenters that stay.
func (k *comparison) storage() (what []string) {
	for _, dc := range k.common() {
		if k.old.ConfiguredDataCapacity(dc.Name) != k.now.ConfiguredDataCapacity(dc.Name) {
			what = append(what, "dataCapacity of "+dc.Name)
		}
		if k.old.DataStorageClass(dc.Name) != k.now.DataStorageClass(dc.Name) {
			what = append(what, "dataStorageClass of "+dc.Name)
		}
	}
	return what
}

// common returns the datacenters that stay, with the racks that stay and the nodes that are there throughout.
func (k *comparison) common() (dcs []casskop.Datacenter) {
	for _, dc := range k.old.Datacenters() {
		if !hasDatacenter(k.now, dc.Name) {
			continue
		}
		now := datacenter(k.now, dc.Name)
		dc.Racks = slices.DeleteFunc(slices.Clone(dc.Racks), func(rack string) bool { return !slices.Contains(now.Racks, rack) })
		dc.NodesPerRack = min(dc.NodesPerRack, now.NodesPerRack)
		dcs = append(dcs, dc)
	}
	return dcs
}

// reach counts the racks and pods whose template any of the changes reaches.
func (k *comparison) reach(changes []fieldChange) (racks, pods int) {
	for _, dc := range k.common() {
		for _, rack := range dc.Racks {
			if slices.ContainsFunc(changes, func(f fieldChange) bool { return f.touches(dc.Name, rack) }) {
				racks, pods = racks+1, pods+int(max(dc.NodesPerRack, 0))
			}
		}
	}
	return racks, pods
}

// refused says what CassKop puts back. The guard rails stop most of it before.
func (k *comparison) refused(nodesPerRacks int32) {
	what := k.storage()
	for _, f := range k.changes[refused] {
		what = append(what, f.name())
	}
	for _, dc := range k.old.Datacenters() {
		if now := datacenter(k.now, dc.Name); now.Name == dc.Name && !slices.Equal(now.Racks, dc.Racks) {
			what = append(what, "the racks of "+dc.Name)
		}
	}
	if removed, added := k.removed(), k.added(); len(removed) > 0 && !k.deletes() {
		text := "that " + names(removed) + " goes"
		if len(added) > 0 {
			text += " while " + names(added) + " comes"
		}
		what = append(what, text)
	}
	if was := k.old.Spec.NodesPerRacks; nodesPerRacks == 0 && was != 0 {
		what = append(what, fmt.Sprintf("spec.nodesPerRacks without a value (it was %d)", was))
	}
	if len(what) > 0 {
		k.add(casskop.ActionCorrectCRDConfig, 0, "%s: CassKop refuses %s and puts the old value back", casskop.ActionCorrectCRDConfig,
			strings.Join(what, ", "))
	}
}

func (k *comparison) removed() []casskop.Datacenter { return missing(k.old, k.now) }
func (k *comparison) added() []casskop.Datacenter   { return missing(k.now, k.old) }

func missing(from, in *casskop.CassandraCluster) (dcs []casskop.Datacenter) {
	for _, dc := range from.Datacenters() {
		if !hasDatacenter(in, dc.Name) {
			dcs = append(dcs, dc)
		}
	}
	return dcs
}

// deletes reports whether CassKop takes the removal of datacenters: one, empty, and nothing new beside it.
func (k *comparison) deletes() bool {
	removed := k.removed()
	return len(removed) == 1 && removed[0].Nodes() == 0 && len(k.added()) == 0
}

func (k *comparison) impossible() {
	if changes := k.changes[impossible]; len(changes) > 0 {
		k.add(casskop.ActionUpdateStatefulSet, 0, "%s: Kubernetes refuses it, and with it every other change of the StatefulSets; CassKop tries for ever",
			fieldNames(changes))
	}
}
