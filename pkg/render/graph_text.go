package render

import (
	"fmt"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// The words that all formats share.

// rule says in a sentence who waits for whom.
func (r graphRing) rule() string {
	switch {
	case len(r.clusters) < 2:
		return "A single cluster waits for nobody."
	case r.serialize == v1alpha1.SerializeChain:
		return "Chain: a cluster takes a new revision once the one before it is ready and carries that revision."
	}
	return "Ring: a cluster takes a new revision once all others are ready and those before it carry that revision."
}

// summary counts what the ring consists of.
func (r graphRing) summary() string {
	var datacenters, racks, nodes, seeds int
	for _, c := range r.clusters {
		for _, dc := range c.datacenters {
			datacenters, racks = datacenters+1, racks+len(dc.racks)
			nodes, seeds = nodes+dc.nodes(), seeds+dc.seeds()
		}
	}
	return strings.Join([]string{countOf(len(r.clusters), "cluster"), countOf(datacenters, "datacenter"), countOf(racks, "rack"),
		countOf(nodes, "node"), countOf(seeds, "seed")}, ", ")
}

func (dc graphDatacenter) nodes() (n int) {
	for _, rack := range dc.racks {
		n += len(rack.pods)
	}
	return n
}

func (dc graphDatacenter) seeds() (n int) {
	for _, rack := range dc.racks {
		n += len(rack.seeds)
	}
	return n
}

// seedText names the seeds of a rack by their pod's number.
func (r graphRack) seedText() string {
	if len(r.seeds) == 0 {
		return "no seed"
	}
	numbers := make([]string, len(r.seeds))
	for i, n := range r.seeds {
		numbers[i] = fmt.Sprint(n)
	}
	return nouns(len(numbers), "seed") + ": " + nouns(len(numbers), "pod") + " " + strings.Join(numbers, ", ")
}

// noteLines says what a cluster waits for and needs, in lines that fit a note.
func (c graphCluster) noteLines() []string {
	if len(c.waits) == 0 {
		return []string{"waits for nobody", "no Secret needed"}
	}
	lines := []string{"waits for"}
	for _, w := range c.waits {
		lines = append(lines, w.cluster+": "+w.condition())
	}
	lines = append(lines, nouns(len(c.secrets()), "Secret")+" needed")
	return append(lines, c.secrets()...)
}

func nouns(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

func countOf(n int, noun string) string { return fmt.Sprintf("%d %s", n, nouns(n, noun)) }
