package operate

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/status"
)

var gatesResource = v1alpha1.GroupVersion.WithResource("gates")

// member is a cluster of a ring: where to look, and for what.
type member struct {
	site    *site
	cluster string // what it is called there is no Gate to tell
	object  types.NamespacedName
	// apiVersion of the CassandraCluster, if there is no Gate to tell
	apiVersion string
}

// Rings are how the rings stand now, by namespace and name. Settled says that every cluster has answered or failed. A ring without a name stands
// for clusters of which nothing is known but why they could not be seen.
func (v *View) Rings() (rings []status.Ring, settled bool) {
	settled = true
	for _, name := range v.names(&settled) {
		var seen []status.Seen
		members, expected := v.members(name)
		for _, m := range members {
			s, known := v.look(m)
			settled = settled && known
			seen = append(seen, s)
		}
		if v.scope.Ring == "" {
			seen = withoutStrangers(seen, expected)
		}
		rings = append(rings, status.RingOf(name.Namespace, name.Name, seen))
	}
	return rings, settled
}

// withoutStrangers leaves out clusters without a Gate, if the Gates that there are know of no more: a context may be there for other rings.
func withoutStrangers(seen []status.Seen, expected int) []status.Seen {
	strange := func(s status.Seen) bool { return s.Reason == "" && s.Gate == nil }
	members := slices.DeleteFunc(slices.Clone(seen), strange)
	if len(members) < expected {
		return seen
	}
	return members
}

// names of the rings to look at. A namespace that the contexts do not agree on is that of the first.
func (v *View) names(settled *bool) []types.NamespacedName {
	found := map[types.NamespacedName]bool{}
	failed := false
	for _, s := range v.contexts {
		all, known, failure := s.objects(v.ctx, v.gatesAt(s))
		*settled = *settled && (known || failure != nil)
		failed = failed || failure != nil
		for name := range all {
			if known {
				found[v.nameOf(name)] = true
			}
		}
	}
	if len(found) == 0 && (failed || v.scope.Ring != "" && *settled) {
		found[v.nameOf(types.NamespacedName{Name: v.scope.Ring})] = true
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b types.NamespacedName) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
}

func (v *View) nameOf(found types.NamespacedName) types.NamespacedName {
	return types.NamespacedName{Namespace: cmp.Or(v.contexts[0].context.Namespace, found.Namespace), Name: found.Name}
}

func (v *View) gatesAt(s *site) place {
	return place{gatesResource, s.context.Namespace, v.scope.Ring}
}

// members of a ring in the order of the rollout, and how many there must be as far as is known.
func (v *View) members(ring types.NamespacedName) (members []member, expected int) {
	for _, s := range v.contexts {
		name := types.NamespacedName{Namespace: cmp.Or(s.context.Namespace, ring.Namespace), Name: ring.Name}
		m := member{site: s, cluster: s.context.Name, object: name}
		if g := v.gateOf(m); g != nil {
			expected = max(expected, len(g.Spec.WaitFor)+1)
			if v.scope.BySecrets {
				return v.bySecrets(m, g), expected
			}
		}
		members = append(members, m)
	}
	return members, expected
}

// bySecrets are the clusters that a Gate names, and its own, which comes after those that are before it.
func (v *View) bySecrets(here member, g *v1alpha1.Gate) (members []member) {
	placed := false
	for _, w := range g.Spec.WaitFor {
		earlier := w.Before || g.Spec.Serialize == v1alpha1.SerializeChain
		if !placed && !earlier {
			members, placed = append(members, here), true
		}
		secret := types.NamespacedName{Namespace: g.Namespace, Name: w.SecretRef.Name}
		there := member{site: v.atSecret(secret, w.Cluster), cluster: w.Cluster, apiVersion: w.APIVersion}
		there.object = types.NamespacedName{Namespace: w.Namespace, Name: w.Name}
		members = append(members, there)
	}
	if !placed {
		members = append(members, here)
	}
	return members
}

// placeOf is where the Gate of a member is.
func (v *View) placeOf(m member) place {
	if m.site.secret == "" {
		return v.gatesAt(m.site)
	}
	return place{gatesResource, m.object.Namespace, v.scope.Ring}
}

// gateOf is the Gate of a member; nil if there is none, or none is known.
func (v *View) gateOf(m member) *v1alpha1.Gate {
	object, known, _ := m.site.object(v.ctx, v.placeOf(m), m.object)
	if !known {
		return nil
	}
	g, err := typed[v1alpha1.Gate](object)
	if err != nil { // its CRD does not let it come to that
		return nil
	}
	return g
}

// look is what is seen of a member now. Known says that there is an answer, or a reason for none.
func (v *View) look(m member) (seen status.Seen, known bool) {
	seen = status.Seen{Cluster: m.cluster, Context: m.site.context.Name, Secret: m.site.secret, Server: m.site.server()}
	fail := func(failure *remote.Failure) (status.Seen, bool) {
		if failure == nil {
			failure = &remote.Failure{Reason: remote.ReasonConnecting, Message: "it has not answered yet"}
			known = false
		}
		seen.Reason, seen.Message, seen.Gate, seen.Cassandra = failure.Reason, failure.Message, nil, nil
		return seen, known
	}
	known = true
	at := v.placeOf(m)
	_, gateKnown, failure := m.site.objects(v.ctx, at)
	if !gateKnown {
		return fail(failure)
	}
	seen.Gate = v.gateOf(m)
	if seen.Gate != nil {
		m.apiVersion = seen.Gate.Spec.APIVersion
		if m.site.secret == "" { // the name of a context is nothing that the ring knows
			seen.Cluster = cmp.Or(seen.Gate.Labels[v1alpha1.LabelCluster], m.cluster)
		}
	}
	at.kind = cassandras(cmp.Or(m.apiVersion, v1alpha1.CassandraV2))
	object, cassandraKnown, failure := m.site.object(v.ctx, at, m.object)
	if !cassandraKnown {
		return fail(failure)
	}
	seen.Cassandra, seen.ReadySince = object, v.readySince(m, object)
	return seen, true
}

// readySince is since when a CassandraCluster has been seen to be ready without a break.
func (v *View) readySince(m member, object map[string]any) time.Time {
	key := soaked{m.site, m.object}
	v.soaks[key] = v.soaks[key].Next(gate.SightOf(object), time.Now())
	return v.soaks[key].Since
}

func cassandras(apiVersion string) schema.GroupVersionResource {
	group, _ := schema.ParseGroupVersion(apiVersion) // the CRD of the Gate allows two values
	return group.WithResource("cassandraclusters")
}
