package render

import (
	"cmp"
	"path"
	"slices"
)

// Rollout is what a plan makes CassKop do: the rings that change, by name. Its String is for people.
type Rollout []RingRollout

// RingRollout is the passage of one revision through the clusters of a ring.
type RingRollout struct {
	Ring     string
	Old      []string         // the revisions that are rendered now, usually one; none: the ring is new
	New      string           // the revision to come; empty: the ring leaves the tree
	Clusters []ClusterRollout // in the order of the rollout, then those that leave
	Edited   []string         // rendered files that somebody edited and that are put back although the revision stays
}

// ClusterRollout is the part of a rollout in one Kubernetes cluster.
type ClusterRollout struct {
	Cluster  string
	Position int    // in the order of the rollout, from 1; 0: the cluster leaves the ring
	Steps    []Step // what comes of it, in the order in which CassKop goes about it; at least one
}

// Step is one thing that comes of a change, in words.
type Step struct {
	Action   string // CassKop's name for it, as in lastClusterAction; empty when it begins no action
	Restarts int    // how many pods restart
	Text     string
}

// Rollout says what each cluster's CassKop would do about the plan. It compares what the guard rails compare: the old objects
// are those of the tree, or of the commit that was given in its place.
func (p *Plan) Rollout() Rollout {
	var out Rollout
	gone := p.gone()
	for _, ring := range p.Rings {
		r := ring.rollout(p.old[ring.Name])
		r.Clusters = append(r.Clusters, gone[ring.Name]...)
		delete(gone, ring.Name)
		r.Edited = p.edited(r)
		if len(r.Clusters) > 0 || len(r.Edited) > 0 {
			out = append(out, r)
		}
	}
	for _, name := range sortedKeys(gone) {
		out = append(out, RingRollout{Ring: name, Clusters: gone[name]})
	}
	slices.SortStableFunc(out, func(a, b RingRollout) int { return cmp.Compare(a.Ring, b.Ring) })
	return out
}

// rollout compares the clusters of a ring, in order; there are none in it when all of them carry the revision.
func (ring *Ring) rollout(old map[string]*oldObject) RingRollout {
	r := RingRollout{Ring: ring.Name, New: ring.Revision}
	changes := false
	for i, c := range ring.Clusters {
		before := old[c.Name]
		if before != nil && !slices.Contains(r.Old, before.revision()) {
			r.Old = append(r.Old, before.revision())
		}
		changes = changes || before == nil || before.revision() != ring.Revision
		r.Clusters = append(r.Clusters, ClusterRollout{Cluster: c.Name, Position: i + 1, Steps: ring.steps(before, c)})
	}
	if !changes {
		r.Clusters = nil
	}
	return r
}

// gone returns the clusters whose overlay goes away, by ring.
func (p *Plan) gone() map[string][]ClusterRollout {
	out := map[string][]ClusterRollout{}
	for _, c := range p.Changes {
		ring := RingOf(c.Path)
		if c.Action != Remove || c.Path != overlayPath(c.Cluster, ring, overlayFile) {
			continue
		}
		out[ring] = append(out[ring], ClusterRollout{Cluster: c.Cluster, Steps: []Step{{Text: leaving(c)}}})
	}
	return out
}

// leaving tells by the annotation on the old object what Flux does when its manifest is gone.
func leaving(c Change) string {
	patch, problem := parseRendered(c.Path, c.Old)
	if problem != nil {
		return "whether its CassandraCluster is kept cannot be told: " + problem.Message
	}
	meta, _ := patch["metadata"].(map[string]any)          // none: not kept
	annotations, _ := meta["annotations"].(map[string]any) // none: not kept
	if annotations[annotationPrune] == "disabled" {
		return "its CassandraCluster is kept (deleteCassandraCluster is not true)"
	}
	return "its CassandraCluster is deleted by Flux (it was rendered with deleteCassandraCluster: true)"
}

const annotationPrune = "kustomize.toolkit.fluxcd.io/prune"

// edited returns the files of a ring's objects that change without a new revision: somebody edited them.
func (p *Plan) edited(r RingRollout) (names []string) {
	if len(r.Old) != 1 || r.Old[0] != r.New {
		return nil
	}
	for _, c := range p.Changes {
		if name := path.Base(c.Path); c.Action == Replace && RingOf(c.Path) == r.Ring && (name == baseFile || name == overlayFile) {
			names = append(names, c.Path)
		}
	}
	return names
}
