package render

import (
	"slices"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// Options are what the command line and render.yaml ask for. The zero value of each field is its default.
type Options struct {
	// Config is the content of render.yaml with its defaults filled in.
	Config *v1alpha1.RenderConfig
	// Local and Remotes give the order of the clusters, as k8s.local and k8s.remote did for Multi-CassKop. Empty: the
	// annotation rollout-order of each MultiCasskop, else the order of the keys of spec.override.
	Local   string
	Remotes []string
	// Namespace is used where neither the override, nor the base, nor the MultiCasskop names one.
	Namespace string
	// Strict makes errors of the warnings about unknown fields.
	Strict bool
	// Allow lists the guard rails to pass.
	Allow []Rule
	// KeepObjects keeps the objects of all clusters in the plan, for whoever compares them; else those that have not changed are dropped.
	KeepObjects bool
	// RefreshSeeds computes every seed list anew, also where a rendered one still names pods.
	RefreshSeeds bool
}

func (o *Options) allows(rule Rule) bool { return slices.Contains(o.Allow, rule) }

func (o *Options) syncs(engine string) bool { return slices.Contains(o.Config.Sync, engine) }

// Rule names a guard rail that --allow can pass.
type Rule string

// The guard rails. Each is something that CassKop or Kubernetes refuses and that would leave the datacenter stuck, or
// that loses data if it is not meant. docs/guard-rails.md tells the safe way for each.
const (
	RuleDuplicateDatacenter Rule = "duplicate-datacenter"
	RuleZeroNodes           Rule = "zero-nodes"
	RuleDataCapacity        Rule = "data-capacity"
	RuleStorageClass        Rule = "storage-class"
	RuleRacksChanged        Rule = "racks-changed"
	RuleDatacenterRenamed   Rule = "datacenter-renamed"
	RuleDatacentersRemoved  Rule = "datacenters-removed"
	RuleDatacenterNotEmpty  Rule = "datacenter-not-empty"
	RuleRemovedCluster      Rule = "removed-cluster"
	RuleLabelsChanged       Rule = "labels-changed"
	RuleStorageConfigs      Rule = "storage-configs"
	RuleNamespaceChanged    Rule = "namespace-changed"
	RuleNumTokens           Rule = "num-tokens"
	RuleScaleDownWithUpdate Rule = "scale-down-with-update"
)

// Rules lists every guard rail that can be passed, sorted.
func Rules() []Rule {
	return []Rule{RuleDataCapacity, RuleDatacenterNotEmpty, RuleDatacenterRenamed, RuleDatacentersRemoved, RuleDuplicateDatacenter,
		RuleLabelsChanged, RuleNamespaceChanged, RuleNumTokens, RuleRacksChanged, RuleRemovedCluster, RuleScaleDownWithUpdate,
		RuleStorageClass, RuleStorageConfigs, RuleZeroNodes}
}
