package adopt

import (
	"embed"
	"slices"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

// Ring is what render makes of the import, seeds aside: which CassandraCluster is in which cluster. It is nil when the problems hold an error.
func (i *Import) Ring() (*render.Ring, render.Problems) {
	return i.ring(v1alpha1.SeedsUnmanaged, v1alpha1.ZeroValuesIgnore)
}

// Settle makes the import such that the live CassandraClusters, by cluster, stay as they are where it can: an override's zero values are ignored as they
// were, and lists of seeds that render would compute otherwise are written down, since another list is a rolling restart. It returns what
// render then makes of it; nil when the problems hold an error.
func (i *Import) Settle(live map[string]map[string]any) (*render.Ring, render.Problems) {
	i.settleZeroValues()
	ring, problems := i.ring(v1alpha1.SeedsAuto, i.zeroValues())
	if ring != nil && i.seedsAreLive(ring, live) {
		return ring, problems
	}
	i.keepSeeds(live)
	return i.ring(v1alpha1.SeedsAuto, i.zeroValues())
}

// settleZeroValues has render ignore the zero values of the overrides if they would make a difference.
func (i *Import) settleZeroValues() {
	ignoring, _ := i.Ring() // its problems are told with those of the whole
	honouring, _ := i.ring(v1alpha1.SeedsUnmanaged, v1alpha1.ZeroValuesHonour)
	if ignoring == nil || honouring == nil {
		i.ignoreZero = true
		return
	}
	for n, c := range ignoring.Clusters {
		for _, l := range leaves(countingOf(c), countingOf(honouring.Clusters[n]), nil) {
			i.ignoreZero = true
			i.note("cluster %s: the override takes %s away from %s, and Multi-CassKop ignored such zero values: render.yaml says zeroValues: ignore",
				c.Name, brief(l.a), l.at)
		}
	}
}

func (i *Import) zeroValues() string {
	if i.ignoreZero {
		return v1alpha1.ZeroValuesIgnore
	}
	return v1alpha1.ZeroValuesHonour
}

// ring renders the import into an empty tree.
func (i *Import) ring(seeds, zeroValues string) (*render.Ring, render.Problems) {
	file, err := i.File()
	if err != nil {
		return nil, render.Problems{{Message: "cannot be written as YAML: " + err.Error()}}
	}
	config := render.DefaultConfig()
	config.Seeds, config.ZeroValues = seeds, zeroValues
	plan, problems := render.Make([]render.Source{{Name: "multi-casskop.yaml", Data: file}}, render.Options{Config: config, KeepObjects: true}, embed.FS{}, nil)
	if plan == nil || len(plan.Rings) != 1 {
		return nil, problems
	}
	return plan.Rings[0], problems
}

// countingOf is what counts of the object of a cluster.
func countingOf(c *render.Cluster) map[string]any {
	object, err := counting(c.Object)
	if err != nil { // it was decoded from YAML before
		return c.Object
	}
	return object
}

func (i *Import) seedsAreLive(ring *render.Ring, live map[string]map[string]any) bool {
	for _, c := range ring.Clusters {
		if seeds := seedsOf(live[c.Name]); len(seeds) > 0 && !slices.Equal(seeds, c.Seeds()) {
			return false
		}
	}
	return true
}

// keepSeeds writes the live lists down: one that all share into the base, else each into its override.
func (i *Import) keepSeeds(live map[string]map[string]any) {
	spec := i.object["spec"].(map[string]any) // New has looked into it
	overrides := spec["override"].(map[string]any)
	var lists [][]string
	for _, name := range i.Order {
		if seeds := seedsOf(live[name]); len(seeds) > 0 {
			lists = append(lists, seeds)
		}
	}
	same := len(lists) > 0 && !slices.ContainsFunc(lists, func(l []string) bool { return !slices.Equal(l, lists[0]) })
	if same {
		spec["base"].(map[string]any)["status"] = statusOf(lists[0])
		i.note("the live list of seeds is written into spec.base.status: render would compute another, and that is a rolling restart")
	}
	for _, name := range i.Order {
		override := overrides[name].(map[string]any) // tidy made it one
		seeds := seedsOf(live[name])
		switch {
		case same:
			delete(override, "status")
		case len(seeds) > 0:
			override["status"] = statusOf(seeds)
			i.note("cluster %s has a list of seeds of its own, which is written into its override: another one is a rolling restart", name)
		}
	}
}

func statusOf(seeds []string) map[string]any {
	list := make([]any, len(seeds))
	for n, s := range seeds {
		list[n] = s
	}
	return map[string]any{"seedlist": list}
}

// seedsOf is status.seedlist of a live object.
func seedsOf(live map[string]any) (seeds []string) {
	list, _ := valueAt(live, []any{"status", "seedlist"}).([]any) // none
	for _, s := range list {
		if s, ok := s.(string); ok {
			seeds = append(seeds, s)
		}
	}
	return seeds
}
