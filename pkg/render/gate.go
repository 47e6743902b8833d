package render

import (
	"path"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// Names that base/gate and the rendered objects share.
const (
	GateNamespace      = "casskop-gitops-system"
	GateServiceAccount = "casskop-gitops-gate"
	GatePolicy         = "casskop-gitops-gate" // the ValidatingAdmissionPolicy
)

const rbacGroup = "rbac.authorization.k8s.io"

type object = map[string]any

// gateFiles renders the Gate of the i-th cluster, with what it may read and what may read it.
func (ring *Ring) gateFiles(w *fileWriter, i int, opts *Options) {
	c := ring.Clusters[i]
	dir := overlayPath(c.Name, ring.Name, "gate")
	resources := []string{"gate.yaml", "policy-binding.yaml"}
	w.add(c.Name, path.Join(dir, "gate.yaml"), ring.gate(i, opts))
	w.add(c.Name, path.Join(dir, "policy-binding.yaml"), ring.policyBinding(c))
	if rbac := ring.rbac(i, opts); len(rbac) > 0 {
		resources = append(resources, "rbac.yaml")
		w.add(c.Name, path.Join(dir, "rbac.yaml"), rbac...)
	}
	w.add(c.Name, path.Join(dir, "kustomization.yaml"), kustomization(object{"resources": resources}))
}

func (ring *Ring) meta(c *Cluster, name, namespace string) object {
	m := object{"name": name, "labels": object{v1alpha1.LabelRing: ring.Name, v1alpha1.LabelCluster: c.Name}}
	if namespace != "" {
		m["namespace"] = namespace
	}
	return m
}

func (ring *Ring) gate(i int, opts *Options) object {
	c, gate := ring.Clusters[i], &opts.Config.Gate
	spec := object{
		"revision":   ring.Revision,
		"apiVersion": c.APIVersion(),
		"serialize":  string(gate.Serialize),
		"waitFor":    ring.waitFor(i, opts),
		"stableFor":  gate.StableFor.Duration.String(),
		"seeds":      ring.gateSeeds(c, opts),
	}
	for _, held := range gate.Hold {
		if held == c.Name {
			spec["hold"] = true
		}
	}
	return object{
		"apiVersion": v1alpha1.GroupVersion.String(),
		"kind":       "Gate",
		"metadata":   ring.meta(c, ring.Name, c.Namespace),
		"spec":       spec,
	}
}

// awaited returns the clusters that the i-th gate looks at: all others, or the one before it.
func (ring *Ring) awaited(i int, opts *Options) (others []int) {
	for j := range ring.Clusters {
		chained := opts.Config.Gate.Serialize == v1alpha1.SerializeChain
		if j != i && (!chained || j == i-1) {
			others = append(others, j)
		}
	}
	return others
}

func (ring *Ring) waitFor(i int, opts *Options) []any {
	list := []any{}
	for _, j := range ring.awaited(i, opts) {
		other := ring.Clusters[j]
		entry := object{
			"cluster":    other.Name,
			"secretRef":  object{"name": opts.secretOf(other.Name)},
			"apiVersion": other.APIVersion(),
			"name":       ring.Name,
			"namespace":  other.Namespace,
		}
		if j < i {
			entry["before"] = true
		}
		list = append(list, entry)
	}
	return list
}

// secretOf names the Secret with the credentials for a cluster: as kubemcsa --as named it, or as render.yaml says.
func (o *Options) secretOf(cluster string) string {
	if name, ok := o.Config.Gate.Secrets[cluster]; ok {
		return name
	}
	return cluster
}

// gateSeeds lists the seeds in other clusters: one of them must answer before a datacenter is created beside them.
func (ring *Ring) gateSeeds(c *Cluster, opts *Options) object {
	own := map[string]bool{}
	for _, pod := range c.Typed.Pods() {
		own[pod] = true
	}
	hosts := []string{}
	for _, seed := range c.Seeds() {
		if pod, _, _ := strings.Cut(seed, "."); !own[pod] {
			hosts = append(hosts, seed)
		}
	}
	policy := opts.Config.Gate.Seeds.Policy
	if len(hosts) == 0 {
		policy = v1alpha1.SeedPolicyOff // there is nothing to ask: one cluster, or seeds that are delivered otherwise
	}
	return object{"hosts": hosts, "port": opts.Config.Gate.Seeds.Port, "policy": string(policy)}
}

// policyBinding puts this one CassandraCluster, by name, under the policy of base/gate, with its Gate as the parameter.
func (ring *Ring) policyBinding(c *Cluster) object {
	return object{
		"apiVersion": "admissionregistration.k8s.io/v1",
		"kind":       "ValidatingAdmissionPolicyBinding",
		"metadata":   ring.meta(c, "casskop-gitops-"+c.Namespace+"-"+ring.Name, ""),
		"spec": object{
			"policyName":        GatePolicy,
			"validationActions": []string{"Deny"},
			"paramRef":          object{"name": ring.Name, "namespace": c.Namespace, "parameterNotFoundAction": "Deny"},
			"matchResources": object{
				"namespaceSelector": object{"matchLabels": object{"kubernetes.io/metadata.name": c.Namespace}},
				"resourceRules": []any{object{
					"apiGroups":     []string{casskop.Group},
					"apiVersions":   []string{"*"},
					"operations":    []string{"CREATE", "UPDATE"},
					"resources":     []string{"cassandraclusters"},
					"resourceNames": []string{ring.Name},
				}},
			},
		},
	}
}

// rbac lets the gate read the Secrets it needs and ask Flux for a reconcile, and lets the other clusters' gates read here.
func (ring *Ring) rbac(i int, opts *Options) []any {
	c := ring.Clusters[i]
	gate := object{"kind": "ServiceAccount", "name": GateServiceAccount, "namespace": GateNamespace}
	var objects []any
	var secrets []string
	for _, j := range ring.awaited(i, opts) {
		secrets = append(secrets, opts.secretOf(ring.Clusters[j].Name))
	}
	if len(secrets) > 0 {
		name := ring.Name + "-gate-secrets"
		objects = append(objects, ring.role(c, name, c.Namespace, rule("", "secrets", secrets, "get", "list", "watch")),
			ring.roleBinding(c, name, c.Namespace, gate))
	}
	if opts.syncs(v1alpha1.SyncFlux) {
		name, namespace := "casskop-gitops-"+c.Namespace+"-"+ring.Name, opts.Config.Flux.Namespace
		objects = append(objects, ring.role(c, name, namespace,
			rule("kustomize.toolkit.fluxcd.io", "kustomizations", []string{fluxName(ring), fluxGateName(ring)}, "get", "patch")),
			ring.roleBinding(c, name, namespace, gate))
	}
	if ring.isAwaited(i, opts) {
		objects = append(objects, ring.reader(c, opts)...)
	}
	return objects
}

func (ring *Ring) isAwaited(i int, opts *Options) bool {
	for j := range ring.Clusters {
		for _, k := range ring.awaited(j, opts) {
			if k == i {
				return true
			}
		}
	}
	return false
}

// reader is who the other clusters' gates are here. Rings of one namespace share the ServiceAccount, and deleting it would
// void the Secrets in the other clusters, so Flux makes it once and then leaves it alone.
func (ring *Ring) reader(c *Cluster, opts *Options) []any {
	name, account := ring.Name+"-gate-reader", opts.Config.Gate.Reader
	meta := object{"name": account, "namespace": c.Namespace, "annotations": object{
		"kustomize.toolkit.fluxcd.io/prune": "disabled",
		"kustomize.toolkit.fluxcd.io/ssa":   "IfNotPresent",
		"argocd.argoproj.io/sync-options":   "Prune=false,Delete=false",
	}}
	return []any{
		object{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta},
		ring.role(c, name, c.Namespace, rule(casskop.Group, "cassandraclusters", nil, "get", "list", "watch"),
			rule(v1alpha1.GroupVersion.Group, "gates", nil, "get", "list", "watch")),
		ring.roleBinding(c, name, c.Namespace, object{"kind": "ServiceAccount", "name": account, "namespace": c.Namespace}),
	}
}

func rule(group, resource string, names []string, verbs ...string) object {
	r := object{"apiGroups": []string{group}, "resources": []string{resource}, "verbs": verbs}
	if names != nil {
		r["resourceNames"] = names
	}
	return r
}

func (ring *Ring) role(c *Cluster, name, namespace string, rules ...any) object {
	return object{"apiVersion": rbacGroup + "/v1", "kind": "Role", "metadata": ring.meta(c, name, namespace), "rules": rules}
}

func (ring *Ring) roleBinding(c *Cluster, role, namespace string, subject object) object {
	return object{
		"apiVersion": rbacGroup + "/v1", "kind": "RoleBinding", "metadata": ring.meta(c, role, namespace),
		"roleRef":  object{"apiGroup": rbacGroup, "kind": "Role", "name": role},
		"subjects": []any{subject},
	}
}
