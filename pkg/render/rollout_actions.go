package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// topology writes the steps that change StatefulSets, and those that make or remove them.
func (k *comparison) topology() {
	if k.deletes() {
		k.add(casskop.ActionDeleteDC, 0, "%s %s: its StatefulSets and Services are deleted", casskop.ActionDeleteDC, names(k.removed()))
	}
	carrier := k.update()
	for _, dc := range k.common() {
		k.scale(datacenter(k.old, dc.Name), datacenter(k.now, dc.Name), carrier)
	}
	if len(k.removed()) == 0 {
		for _, dc := range k.added() {
			k.steps = append(k.steps, initializing(" "+dc.Name, []casskop.Datacenter{dc}))
		}
	}
}

// named are the actions that CassKop has for single fields, in the order in which the first that fits names the whole update:
// CheckNonAllowedChanges marks the racks for resources before getNextCassandraClusterStatus looks for the others.
var named = []struct {
	effect effect
	action string
}{
	{newResources, casskop.ActionUpdateResources},
	{newConfigMap, casskop.ActionUpdateConfigMap},
	{newImage, casskop.ActionUpdateDockerImage},
}

// update writes the one restart that brings everything in the pod template, and returns CassKop's name for it if it has one.
func (k *comparison) update() (carrier string) {
	var first, others []fieldChange
	for _, n := range named {
		switch changes := k.changes[n.effect]; {
		case len(changes) == 0:
		case carrier == "":
			carrier, first = n.action, changes
		default:
			others = append(others, changes...)
		}
	}
	others = append(others, k.changes[restarts]...)
	if len(first)+len(others) == 0 {
		return ""
	}
	racks, pods := k.reach(slices.Concat(first, others))
	if carrier == "" {
		k.add(casskop.ActionUpdateStatefulSet, pods, "%s: rolling restart of %s: %s%s", casskop.ActionUpdateStatefulSet, countOf(pods, "pod"),
			fieldNames(others), notes(others))
		return ""
	}
	inTurn, along := "", ""
	if racks > 1 {
		inTurn = ", one rack at a time"
	}
	if len(others) > 0 {
		along = "; the same restart brings " + fieldNames(others)
	}
	k.add(carrier, pods, "%s on %s, %s%s: %s%s%s", carrier, countOf(racks, "rack"), countOf(pods, "pod"), inTurn, values(first), along, notes(others))
	return carrier
}

// scale writes the change of a datacenter's size. carrier is the named update that comes first: its StatefulSet has the new number
// of replicas too, one node up or down, before CassKop looks at scaling (CreateOrUpdateStatefulSet).
func (k *comparison) scale(was, is casskop.Datacenter, carrier string) {
	head := func(action string) string {
		return fmt.Sprintf("%s %s: %d -> %d nodes per rack on %s, one node at a time", action, was.Name, was.NodesPerRack, is.NodesPerRack,
			countOf(len(is.Racks), "rack"))
	}
	switch {
	case is.NodesPerRack > was.NodesPerRack:
		cleanup := " (then cleanup, which waits for you: autoPilot is not true)"
		if k.now.Spec.AutoPilot {
			cleanup = " (then cleanup, by itself: autoPilot)"
		}
		if carrier != "" && is.NodesPerRack == was.NodesPerRack+1 {
			cleanup = " (with " + carrier + " in one commit CassKop adds the node on the way and starts no cleanup: better two commits)"
		}
		k.add(casskop.ActionScaleUp, 0, "%s%s", head(casskop.ActionScaleUp), cleanup)
	case is.NodesPerRack < was.NodesPerRack:
		text := head(casskop.ActionScaleDown) + " (decommission first, then the data volume is deleted)"
		if is.NodesPerRack == 0 {
			text += "; refused while a keyspace is still replicated there"
		}
		if carrier != "" {
			text += "; with " + carrier + " in one commit CassKop takes a node of each rack away without decommission: make two commits"
		}
		k.add(casskop.ActionScaleDown, 0, "%s", text)
	}
}

// seeds writes the change of the seed list: CassKop holds it back from every other update of a StatefulSet, so it is a restart
// of its own.
func (k *comparison) seeds(now []string) {
	was, is := k.old.Annotations[v1alpha1.AnnotationSeedlist], strings.Join(now, ",")
	switch {
	case was == is:
	case is == "":
		k.add("", 0, "no seed list any more, CassKop keeps the one that it has: no restart")
	default:
		_, pods := k.reach([]fieldChange{{}})
		again := ""
		if slices.ContainsFunc(k.steps, func(s Step) bool { return s.Restarts > 0 }) {
			again = "another "
		}
		k.add(casskop.ActionUpdateSeedList, pods, "%s: seed list changes: %srolling restart of %s", casskop.ActionUpdateSeedList, again, countOf(pods, "pod"))
	}
}

func (k *comparison) partitions() {
	for _, f := range k.changes[partition] {
		text := "no restart now; at later updates the pods below it keep what they have, and the update does not end"
		if less(f.is, f.was) {
			text = "the pods that it held back restart, if an update waits for them"
		}
		k.add(casskop.ActionUpdateStatefulSet, 0, "%s: %s: %s", casskop.ActionUpdateStatefulSet, values([]fieldChange{f}), text)
	}
}

// less compares partitions, of which an absent one is 0.
func less(a, b any) bool {
	number := func(v any) (n int64) {
		_, _ = fmt.Sscan(plainValue(v), &n) // the schema let only integers through
		return n
	}
	return number(a) < number(b)
}

// list writes one step for all changes of a kind that restarts nothing.
func (k *comparison) list(changes []fieldChange, text string) {
	if len(changes) > 0 {
		k.add("", 0, "%s (%s)%s", text, fieldNames(changes), notes(changes))
	}
}

// rest speaks where nothing else did: a cluster of the ring that changes in nothing but its revision is in the rollout too.
func (k *comparison) rest() {
	if len(k.steps) > 0 {
		return
	}
	k.list(k.changes[metadataOnly], "metadata only: no restart")
	if len(k.steps) == 0 {
		k.add("", 0, "nothing to do but take the revision: no restart")
	}
}
