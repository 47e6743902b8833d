package render

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// settleSeeds gives each cluster of the ring its seed list, in status.seedlist and in the annotation: the one in the input,
// else the one that is rendered already while each of its entries still names a pod, else one computed for the whole ring.
// A node that reaches none of its seeds founds a second ring, so a ring of several clusters without seeds is an error.
func (r *ringReader) settleSeeds(ring *Ring, tree rendered) {
	computed, names := r.computeSeeds(ring)
	for _, c := range ring.Clusters {
		list := c.Seeds()
		switch {
		case c.seedsGiven:
			r.checkGivenSeeds(ring, c)
		case r.opts.Config.Seeds == v1alpha1.SeedsUnmanaged:
			continue
		default:
			list = r.keptSeeds(ring, c, tree, computed, names)
		}
		if len(list) > 0 {
			c.setSeeds(list)
		}
	}
}

// keptSeeds returns the list that a cluster is rendered with while each entry is in names, so that adding a cluster restarts
// nobody: a changed list is a rolling restart. Otherwise it returns the computed one.
func (r *ringReader) keptSeeds(ring *Ring, c *Cluster, tree rendered, computed []string, names map[string]bool) []string {
	if r.opts.RefreshSeeds {
		return computed
	}
	old, problem := tree.seeds(ring.Name, c.Name, computed)
	if problem != nil {
		r.add(*problem)
	}
	if len(old) > 0 && allIn(old, names) {
		return old
	}
	return computed
}

// setSeeds writes the list where CassKop looks for it, and where it survives Flux, which drops status, and Argo CD, which does
// not see a change of status alone.
func (c *Cluster) setSeeds(list []string) {
	entries := make([]any, len(list))
	for i, s := range list {
		entries[i] = s
	}
	c.Object["status"] = map[string]any{"seedlist": entries}
	c.annotate(v1alpha1.AnnotationSeedlist, strings.Join(list, ","))
	c.Typed.Status.SeedList = list
}

func (c *Cluster) annotate(name, value string) {
	meta := c.Object["metadata"].(map[string]any) // made by ringReader.cluster
	annotations, _ := meta["annotations"].(map[string]any)
	if annotations == nil {
		annotations = map[string]any{}
		meta["annotations"] = annotations
	}
	annotations[name] = value
}

// computeSeeds returns the seeds of all datacenters by CassKop's rule, and the names of all pods that could be seeds.
func (r *ringReader) computeSeeds(ring *Ring) (seeds []string, names map[string]bool) {
	names = map[string]bool{}
	if !r.needsComputed(ring) {
		return nil, names
	}
	seen := map[string]bool{}
	for _, c := range ring.Clusters {
		zone := r.zone(ring, c)
		if zone == "" {
			continue
		}
		for _, pod := range c.Typed.Pods() {
			name := pod + "." + zone
			if names[name] {
				r.warn(c.source.problem(schema.Path{"spec", "topology"}, nil, "pod "+name+" exists in another cluster too: one name for two pods",
					"give the racks, or the zones of the clusters, names of their own"))
			}
			names[name] = true
		}
		for _, pod := range c.Typed.SeedPods() {
			if name := pod + "." + zone; !seen[name] {
				seeds, seen[name] = append(seeds, name), true
			}
		}
	}
	return seeds, names
}

func (r *ringReader) needsComputed(ring *Ring) bool {
	if r.opts.Config.Seeds == v1alpha1.SeedsUnmanaged {
		return false
	}
	for _, c := range ring.Clusters {
		if !c.seedsGiven {
			return true
		}
	}
	return false
}

// zone is the DNS zone in which external-dns publishes the pods of a cluster's headless service.
func (r *ringReader) zone(ring *Ring, c *Cluster) string {
	at := schema.Path{"spec", "service", "annotations", casskop.AnnotationHostname}
	zone, _, _ := strings.Cut(c.Typed.Zone(), ",") // external-dns takes several names, the first one is enough
	zone = strings.TrimSuffix(strings.TrimSpace(zone), ".")
	if zone == "" {
		if len(ring.Clusters) > 1 {
			message := "cluster " + c.Name + " has neither seeds nor a zone to compute them from: it would found a second ring"
			if c.seedsGiven {
				message = "cluster " + c.Name + " has no zone, which the seeds of the other clusters are computed from"
			}
			r.add(c.source.problem(at, nil, message, "set annotation "+casskop.AnnotationHostname+" in spec.service.annotations (external-dns), or list the seeds in status.seedlist of spec.base, "+
				"or write seeds: unmanaged in render.yaml if they are delivered otherwise"))
		}
		return ""
	}
	if errs := validation.IsDNS1123Subdomain(zone); len(errs) > 0 {
		r.add(c.source.problem(at, c.Typed.Zone(), "cannot be a DNS zone: "+ruleOf(errs), ""))
		return ""
	}
	return zone
}

// checkGivenSeeds warns of seeds that are no pods of the ring: the sample that Multi-CassKop shipped named another ring's.
func (r *ringReader) checkGivenSeeds(ring *Ring, c *Cluster) {
	pods := map[string]bool{}
	for _, other := range ring.Clusters {
		for _, pod := range other.Typed.Pods() {
			pods[pod] = true
		}
	}
	for i, seed := range c.Seeds() {
		at := schema.Path{"status", "seedlist", i}
		if strings.ContainsAny(seed, ", \t\n") || seed == "" {
			r.add(c.source.problem(at, seed, "expected one host name or address", "write each seed as a list entry of its own"))
			continue
		}
		if pod, _, _ := strings.Cut(seed, "."); !pods[pod] {
			r.warn(c.source.problem(at, seed, fmt.Sprintf("names no pod of ring %s", ring.Name), "pods are named "+ring.Name+"-<dc>-<rack>-<number>"))
		}
	}
}

func allIn(list []string, set map[string]bool) bool {
	for _, s := range list {
		if !set[s] {
			return false
		}
	}
	return true
}
