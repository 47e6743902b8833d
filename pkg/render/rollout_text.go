package render

import (
	"fmt"
	"strings"
)

// String writes a rollout as a numbered list for each ring.
func (r Rollout) String() string {
	if len(r) == 0 {
		return "no CassandraCluster changes: nothing rolls\n"
	}
	var b strings.Builder
	for _, ring := range r {
		ring.write(&b)
	}
	return b.String()
}

func (r RingRollout) write(b *strings.Builder) {
	fmt.Fprintf(b, "ring %s%s\n", r.Ring, r.heading())
	for _, name := range r.Edited {
		fmt.Fprintf(b, "  %s\n", name)
	}
	for _, c := range r.Clusters {
		c.write(b)
	}
}

func (r RingRollout) heading() string {
	switch {
	case r.New == "":
		return " leaves the tree:"
	case len(r.Edited) > 0:
		return ": revision " + r.New + " stays, so no gate holds back what putting these edited files right changes:"
	case len(r.Old) == 0:
		return " is new: revision " + r.New + ", rollout in this order:"
	case len(r.Old) == 1 && r.Old[0] == r.New:
		return ": revision " + r.New + " stays:"
	}
	return ": revision " + strings.Join(r.Old, ", ") + " -> " + r.New + ", rollout in this order:"
}

func (c ClusterRollout) write(b *strings.Builder) {
	start := fmt.Sprintf("  %d. ", c.Position)
	if c.Position == 0 {
		start = "  -  "
	}
	for i, s := range c.Steps {
		switch {
		case i > 0:
			fmt.Fprintf(b, "%*s%s\n", len(start), "", s.Text)
		case c.Position == 0:
			fmt.Fprintf(b, "%s%s leaves: %s\n", start, c.Cluster, s.Text)
		default:
			fmt.Fprintf(b, "%s%s: %s\n", start, c.Cluster, s.Text)
		}
	}
}
