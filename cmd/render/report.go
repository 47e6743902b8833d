package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

// printProblems writes errors and warnings to standard error, a line each.
func (a *app) printProblems(problems render.Problems) {
	for _, p := range problems.Sorted() {
		if p.Warning {
			fmt.Fprintln(a.stderr, p)
		} else {
			fmt.Fprintln(a.stderr, "error:", p)
		}
	}
	if n := len(problems.Errors()); n > 0 {
		fmt.Fprintf(a.stderr, "%s; nothing was written\n", count(n, "error"))
	}
}

// printReport says what was rendered: a table for each ring, then the files.
func (a *app) printReport(plan *render.Plan) {
	files := countFiles(plan)
	for _, ring := range plan.Rings {
		fmt.Fprintf(a.stdout, "ring %s, revision %s\n", ring.Name, ring.Revision)
		w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "  \tCLUSTER\tNAMESPACE\tDATACENTERS\tNODES\tSEEDS\tFILES")
		for i, c := range ring.Clusters {
			fmt.Fprintf(w, "  %d.\t%s\t%s\t%s\t%d\t%s\t%s\n", i+1, c.Name, c.Namespace, datacenters(c), c.Nodes(), ownSeeds(c), files[ring.Name][c.Name])
		}
		_ = w.Flush() // a broken pipe ends the program at the next write
		a.printSeeds(ring)
	}
	fmt.Fprintln(a.stdout, total(plan))
}

func datacenters(c *render.Cluster) string {
	var list []string
	for _, dc := range c.Typed.Datacenters() {
		list = append(list, fmt.Sprintf("%s (%s x %d)", dc.Name, count(len(dc.Racks), "rack"), dc.NodesPerRack))
	}
	return strings.Join(list, ", ")
}

// ownSeeds counts the seeds that are pods of this cluster, of all that its pods are given.
func ownSeeds(c *render.Cluster) string {
	if len(c.Seeds()) == 0 {
		return "none"
	}
	pods, own := c.Typed.Pods(), 0
	for _, seed := range c.Seeds() {
		if pod, _, _ := strings.Cut(seed, "."); slices.Contains(pods, pod) {
			own++
		}
	}
	return fmt.Sprintf("%d of %d", own, len(c.Seeds()))
}

// printSeeds writes each seed list of the ring once, with the clusters that have it.
func (a *app) printSeeds(ring *render.Ring) {
	var lists []string
	holders := map[string][]string{}
	for _, c := range ring.Clusters {
		list := strings.Join(c.Seeds(), " ")
		if holders[list] == nil && list != "" {
			lists = append(lists, list)
		}
		holders[list] = append(holders[list], c.Name)
	}
	for _, list := range lists {
		fmt.Fprint(a.stdout, "  seeds")
		if len(lists) > 1 {
			fmt.Fprintf(a.stdout, " of %s", strings.Join(holders[list], ", "))
		}
		fmt.Fprintf(a.stdout, ": %s\n", list)
	}
}

// tally counts files by what became of them.
type tally struct{ written, unchanged, removed int }

func (t *tally) add(action render.Action) {
	switch action {
	case render.Create, render.Replace:
		t.written++
	case render.Keep:
		t.unchanged++
	case render.Remove:
		t.removed++
	}
}

func (t tally) String() string {
	return fmt.Sprintf("%d written, %d unchanged, %d removed", t.written, t.unchanged, t.removed)
}

// countFiles counts by ring and cluster, and under "" what the clusters of a ring share.
func countFiles(plan *render.Plan) map[string]map[string]*tally {
	counts := map[string]map[string]*tally{}
	for _, c := range plan.Changes {
		ring := render.RingOf(c.Path)
		if counts[ring] == nil {
			counts[ring] = map[string]*tally{}
		}
		if counts[ring][c.Cluster] == nil {
			counts[ring][c.Cluster] = &tally{}
		}
		counts[ring][c.Cluster].add(c.Action)
	}
	return counts
}

func total(plan *render.Plan) string {
	var all tally
	for _, c := range plan.Changes {
		all.add(c.Action)
	}
	return fmt.Sprintf("%s: %s", count(len(plan.Changes), "file"), all)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
