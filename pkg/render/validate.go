package render

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// maxStatefulSetName is what is left of a label value's 63 characters for `<StatefulSet>-<hash of 10>`, which the
// StatefulSet controller puts on each pod as controller-revision-hash (kubernetes 1.36 pkg/controller/history).
const maxStatefulSetName = 52

// maxNodes of one cluster is far above any real one, and keeps a slip of the hand from filling the memory with names of pods.
const maxNodes = 100_000

var (
	datacenterName = regexp.MustCompile(`^[a-z][a-z0-9]*$`) // CassKop: `<dc>-<rack>` is a DNS-1035 label, and neither has a dash
	rackName       = regexp.MustCompile(`^[a-z0-9]+$`)
)

// validate checks a built CassandraCluster for what CassKop or Kubernetes would refuse, and for what git must not hold.
func validate(c *Cluster) (problems Problems) {
	v := validator{c: c}
	v.names()
	v.metadata()
	v.topology()
	v.oneShotFlags()
	v.values()
	return v.problems
}

type validator struct {
	c        *Cluster
	problems Problems
}

func (v *validator) fail(at schema.Path, value any, message, hint string) {
	v.problems = append(v.problems, v.c.source.problem(at, value, message, hint))
}

func (v *validator) warn(at schema.Path, value any, message, hint string) {
	p := v.c.source.problem(at, value, message, hint)
	p.Warning = true
	v.problems = append(v.problems, p)
}

func (v *validator) names() {
	meta := schema.Path{"metadata"}
	if name := v.c.Typed.Name; name == "" {
		v.fail(meta.Child("name"), nil, "missing: expected the name of the Cassandra cluster", "set spec.base.metadata.name")
	} else if errs := validation.IsDNS1035Label(name); len(errs) > 0 {
		v.fail(meta.Child("name"), name, "cannot be a Service and the start of pod names: "+ruleOf(errs), "")
	}
	errs := validation.IsDNS1123Subdomain(v.c.Name)
	errs = append(errs, validation.IsValidLabelValue(v.c.Name)...)
	switch {
	case len(errs) > 0:
		v.fail(nil, v.c.Name, "a cluster's name is that of a folder, a Secret and a label: "+ruleOf(errs), "rename the key in spec.override")
	case v.c.Name == "true", v.c.Name == "false":
		v.fail(nil, v.c.Name, "a cluster cannot have this name: YAML reads yes, no, on, off, y and n without quotes as booleans",
			"quote the key in spec.override, or rename it")
	}
}

func (v *validator) metadata() {
	at := schema.Path{"metadata"}
	for _, k := range sortedKeys(v.c.Typed.Labels) {
		v.label(at.Child("labels", k), k, v.c.Typed.Labels[k])
	}
	for _, k := range sortedKeys(v.c.Typed.Annotations) {
		if errs := validation.IsQualifiedName(strings.ToLower(k)); len(errs) > 0 {
			v.fail(at.Child("annotations", k), v.c.Typed.Annotations[k], "cannot be the key of an annotation: "+ruleOf(errs), "")
		}
	}
}

func (v *validator) label(at schema.Path, key, value string) {
	if errs := validation.IsQualifiedName(key); len(errs) > 0 {
		v.fail(at, value, "cannot be the key of a label: "+ruleOf(errs), "")
	}
	if errs := validation.IsValidLabelValue(value); len(errs) > 0 {
		v.fail(at, value, "cannot be a label: "+ruleOf(errs), "")
	}
}

func (v *validator) topology() {
	seen := map[string]bool{}
	for i, dc := range v.c.Typed.Spec.Topology.DC {
		at := schema.Path{"spec", "topology", "dc", i}
		if !datacenterName.MatchString(dc.Name) {
			v.fail(at.Child("name"), dc.Name, "expected a datacenter name of lower case letters and digits that begins with a letter",
				"pods are named <ring>-<dc>-<rack>-<number>, so a dash is not allowed")
			continue
		}
		if seen[dc.Name] {
			v.fail(at.Child("name"), dc.Name, "two datacenters of one cluster have this name", "")
		}
		seen[dc.Name] = true
		for _, k := range sortedKeys(dc.Labels) {
			v.label(at.Child("labels", k), k, dc.Labels[k])
		}
		if dc.NodesPerRacks != nil && *dc.NodesPerRacks < 0 {
			v.fail(at.Child("nodesPerRacks"), *dc.NodesPerRacks, "expected 0 or more", "")
		}
		v.capacity(at.Child("dataCapacity"), dc.DataCapacity)
		v.racks(dc, at)
	}
	if n := v.c.Nodes(); n > maxNodes {
		v.fail(schema.Path{"spec", "nodesPerRacks"}, v.c.Typed.Spec.NodesPerRacks, fmt.Sprintf("cluster %s would have %d nodes, %d is the most", v.c.Name,
			n, maxNodes), "")
	}
	v.podNames()
	v.surprises()
}

// surprises warns of settings that CassKop takes otherwise than they look (1.1.5 InitCassandraRackList, generateContainerVolumeMount).
func (v *validator) surprises() {
	spec := &v.c.Typed.Spec
	for i, dc := range spec.Topology.DC {
		at := schema.Path{"spec", "topology", "dc", i}
		if len(dc.Rack) == 0 && len(spec.Topology.DC) > 1 {
			v.warn(at, dc.Name, "datacenter "+dc.Name+" has no racks: CassKop gives it rack1 and forgets the other datacenters of this cluster",
				"list its racks")
		}
		if dc.DataCapacity != "" && spec.DataCapacity == "" {
			v.warn(at.Child("dataCapacity"), dc.DataCapacity, "is set for the datacenter only: CassKop makes the volume and does not mount it",
				"set spec.dataCapacity too")
		}
	}
}

func (v *validator) racks(dc casskop.DC, at schema.Path) {
	seen := map[string]bool{}
	for i, rack := range dc.Rack {
		at := at.Child("rack", i)
		if !rackName.MatchString(rack.Name) {
			v.fail(at.Child("name"), rack.Name, "expected a rack name of lower case letters and digits", "")
			continue
		}
		if seen[rack.Name] {
			v.fail(at.Child("name"), rack.Name, "two racks of datacenter "+dc.Name+" have this name", "")
		}
		seen[rack.Name] = true
		for _, k := range sortedKeys(rack.Labels) {
			v.label(at.Child("labels", k), k, rack.Labels[k])
		}
		if rack.RollingPartition < 0 {
			v.fail(at.Child("rollingPartition"), rack.RollingPartition, "expected 0 or more", "")
		}
	}
}

func (v *validator) podNames() {
	if len(v.problems.Errors()) > 0 {
		return
	}
	for i, dc := range v.c.Typed.Datacenters() {
		for j, rack := range dc.Racks {
			if sts := casskop.StatefulSetName(v.c.Typed.Name, dc.Name, rack); len(sts) > maxStatefulSetName {
				at, name := v.longest(i, j)
				v.fail(at, name, fmt.Sprintf("StatefulSet %s has %d characters, its pods cannot be made over %d",
					shorten(sts, 80), len(sts), maxStatefulSetName), "shorten the name of the ring, the datacenter or the rack")
			}
		}
	}
}

// longest returns the part of a StatefulSet's name that is to blame when the whole is too long. CassKop's defaults never are.
func (v *validator) longest(dc, rack int) (at schema.Path, name string) {
	at, name = schema.Path{"metadata", "name"}, v.c.Typed.Name
	listed := v.c.Typed.Spec.Topology.DC
	if dc >= len(listed) {
		return at, name
	}
	if own := listed[dc].Name; len(own) > len(name) {
		at, name = schema.Path{"spec", "topology", "dc", dc, "name"}, own
	}
	if racks := listed[dc].Rack; rack < len(racks) && len(racks[rack].Name) > len(name) {
		at, name = schema.Path{"spec", "topology", "dc", dc, "rack", rack, "name"}, racks[rack].Name
	}
	return at, name
}

// oneShotFlags refuses what CassKop obeys once and then clears: git would set it again, for ever.
func (v *validator) oneShotFlags() {
	spec := &v.c.Typed.Spec
	for i, dc := range spec.Topology.DC {
		for j, rack := range dc.Rack {
			if rack.RollingRestart {
				v.fail(schema.Path{"spec", "topology", "dc", i, "rack", j, "rollingRestart"}, true, "rollingRestart is a one-shot flag: CassKop clears it, git "+
					"would set it again, and the rack would restart for ever", "remove it; to restart, kubectl patch the live CassandraCluster")
			}
		}
	}
	if spec.UnlockNextOperation {
		v.fail(schema.Path{"spec", "unlockNextOperation"}, true, "unlockNextOperation is a one-shot flag: CassKop clears it and git would set it for ever",
			"remove it; to unlock, kubectl patch the live CassandraCluster")
	}
	if spec.AutoUpdateSeedList {
		v.fail(schema.Path{"spec", "autoUpdateSeedList"}, true, "with autoUpdateSeedList CassKop replaces the ring's seeds by the pods of its own "+
			"cluster", "set it to false or remove it: render computes the seeds of the whole ring")
	}
}

// values holds scalars against the limits of CassKop's CRD.
func (v *validator) values() {
	spec := &v.c.Typed.Spec
	at := schema.Path{"spec"}
	v.capacity(at.Child("dataCapacity"), spec.DataCapacity)
	for _, f := range []struct {
		name    string
		value   int64
		minimum int64
	}{{"nodesPerRacks", int64(spec.NodesPerRacks), 0}, {"maxPodUnavailable", int64(spec.MaxPodUnavailable), 0}, {"runAsUser", spec.RunAsUser, 0},
		{"fsGroup", spec.FSGroup, 0}, {"restartCountBeforePodDeletion", int64(spec.RestartCountBeforePodDeletion), 0}} {
		if f.value < f.minimum {
			v.fail(at.Child(f.name), f.value, fmt.Sprintf("expected %d or more", f.minimum), "")
		}
	}
	switch spec.ImagePullPolicy {
	case "", corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever:
	default:
		v.fail(at.Child("imagepullpolicy"), spec.ImagePullPolicy, "expected Always, IfNotPresent or Never", "")
	}
	switch spec.ServerType {
	case "", "cassandra", "dse":
	default:
		v.fail(at.Child("serverType"), spec.ServerType, "expected cassandra or dse", "")
	}
}

func (v *validator) capacity(at schema.Path, s string) {
	if s == "" {
		return
	}
	if q, ok := schema.ParseQuantity(s); !ok || q.Sign() <= 0 {
		v.fail(at, s, "expected a size such as 20Gi", "")
	}
}

// reservedNames are taken by folders and files of the rendered tree, or by Flux Kustomizations that are not a ring's.
var reservedNames = map[string]string{
	"flux":                "clusters/<cluster>/flux holds the Flux Kustomizations",
	"argocd":              "clusters/<cluster>/argocd holds the Argo CD Applications",
	"gate":                "base/gate holds the gate controller",
	"gate-controller":     "clusters/<cluster>/flux/gate-controller.yaml installs the gate controller",
	"flux-system":         "Flux's own Kustomization has this name",
	"casskop-gitops":      "Kustomization casskop-gitops-gate installs the gate controller",
	"casskop-gitops-gate": "Kustomization casskop-gitops-gate installs the gate controller",
}

func reservedRingName(c *Cluster) Problems {
	why, reserved := reservedNames[c.Typed.Name]
	if !reserved {
		return nil
	}
	return Problems{c.source.problem(schema.Path{"metadata", "name"}, c.Typed.Name, "a ring cannot have this name: "+why, "choose another")}
}

// guarded files a finding of a guard rail: an error, or a warning where the rule is allowed.
func guarded(opts *Options, rule Rule, p Problem) Problem {
	p.Rule = rule
	if p.Warning = opts.allows(rule); !p.Warning {
		if p.Hint != "" {
			p.Hint += "; "
		}
		p.Hint += "to pass: --allow " + string(rule)
	}
	return p
}

// checkZeroNodes looks at the merged object, since a zero vanishes from what is written.
func (r *ringReader) checkZeroNodes(c *Cluster, merged map[string]any) {
	spec, _ := merged["spec"].(map[string]any) // no spec: no nodesPerRacks
	if spec["nodesPerRacks"] != int64(0) {
		return
	}
	r.add(guarded(r.opts, RuleZeroNodes, c.source.problem(schema.Path{"spec", "nodesPerRacks"}, 0, "CassKop refuses 0 nodes for a whole cluster, "+
		"and reads a missing value as 1", "set nodesPerRacks: 0 on the one datacenter that is to be emptied")))
}

func (r *ringReader) checkDuplicateDatacenters(ring *Ring) {
	holder := map[string]*Cluster{}
	for _, c := range ring.Clusters {
		for i, dc := range c.Typed.Datacenters() {
			other, taken := holder[dc.Name]
			if !taken {
				holder[dc.Name] = c
				continue
			}
			r.add(guarded(r.opts, RuleDuplicateDatacenter, c.source.problem(schema.Path{"spec", "topology", "dc", i, "name"}, dc.Name,
				"datacenter "+dc.Name+" is in cluster "+other.Name+" already", "give each cluster's datacenters names of their own")))
		}
	}
}
