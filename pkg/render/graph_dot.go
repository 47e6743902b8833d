package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// drawDOT writes a digraph. As in Mermaid, identifiers are positions. An edge of DOT joins nodes, so the notes and the first racks
// stand for their clusters, and invisible edges keep each cluster's racks to the right of its note. With rankdir=LR the first one declared is at the bottom, so they come in reverse.
func drawDOT(rings []graphRing) []byte {
	var out bytes.Buffer
	out.WriteString(`digraph rollout {
  rankdir=LR
  compound=true
  fontname="Helvetica"
  node [shape=box, style="rounded,filled", fillcolor="white", fontname="Helvetica", fontsize=11]
  edge [fontname="Helvetica", fontsize=11]
`)
	for i, ring := range rings {
		dotRing(&out, fmt.Sprintf("r%d", i+1), ring)
	}
	out.WriteString("}\n")
	return out.Bytes()
}

func dotRing(out *bytes.Buffer, id string, ring graphRing) {
	fmt.Fprintf(out, "  subgraph cluster_%s {\n    label=%s\n", id, dotText("ring "+ring.name, ring.rule()))
	for i, c := range ring.clusters {
		dotCluster(out, fmt.Sprintf("%sc%d", id, i+1), fmt.Sprintf("%d: %s", i+1, c.name), c)
	}
	for i := 1; i < len(ring.clusters); i++ {
		from, to := fmt.Sprintf("%sc%d", id, i), fmt.Sprintf("%sc%d", id, i+1)
		fmt.Fprintf(out, "    %s -> %s [label=\"then\", ltail=cluster_%s, lhead=cluster_%s, minlen=2]\n", ring.clusters[i-1].dotTail(from), to, from, to)
	}
	out.WriteString("  }\n")
}

func dotCluster(out *bytes.Buffer, id, title string, c graphCluster) {
	fmt.Fprintf(out, "    subgraph cluster_%s {\n      label=%s\n      style=\"rounded\"\n", id, dotText(title, "namespace "+c.namespace))
	fmt.Fprintf(out, "      %s [shape=note, style=\"dashed\", label=%s]\n", id, dotLines(`\l`, c.noteLines()))
	for i, dc := range slices.Backward(c.datacenters) {
		dcID := fmt.Sprintf("%sd%d", id, i+1)
		fmt.Fprintf(out, "      subgraph cluster_%s {\n        label=%s\n        style=\"rounded,filled\"\n        fillcolor=\"#eef4fb\"\n", dcID, dotText("datacenter "+dc.name))
		for j, rack := range slices.Backward(dc.racks) {
			seeds := ""
			if len(rack.seeds) > 0 {
				seeds = ", penwidth=2.5"
			}
			fmt.Fprintf(out, "        %sk%d [label=%s%s]\n", dcID, j+1, dotText("rack "+rack.name, countOf(len(rack.pods), "node"), rack.seedText()), seeds)
		}
		out.WriteString("      }\n")
		for j := range dc.racks {
			fmt.Fprintf(out, "      %s -> %sk%d [style=invis]\n", id, dcID, j+1)
		}
	}
	out.WriteString("    }\n")
}

// dotTail is the node that stands for a cluster where the edge to the next one begins.
func (c graphCluster) dotTail(id string) string {
	for i, dc := range c.datacenters {
		if len(dc.racks) > 0 {
			return fmt.Sprintf("%sd%dk1", id, i+1)
		}
	}
	return id
}

// dotText quotes lines of text, each in the middle of its line.
func dotText(lines ...string) string { return dotLines(`\n`, lines) }

// dotLines quotes lines of text that end as DOT says: \n in the middle, \l on the left. DOT reads HTML entities in a quoted string too,
// hence the ampersand.
func dotLines(end string, lines []string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `&`, `&amp;`)
	escaped := make([]string, len(lines))
	for i, line := range lines {
		printable := strings.Map(func(r rune) rune {
			if unicode.IsPrint(r) {
				return r
			}
			return unicode.ReplacementChar
		}, line)
		escaped[i] = escape.Replace(printable) + end
	}
	return `"` + strings.Join(escaped, "") + `"`
}
