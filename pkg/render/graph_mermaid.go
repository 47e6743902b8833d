package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// drawMermaid writes a flowchart. Identifiers are positions (r1c2d1k3: ring, cluster, datacenter, rack), so that no name can break them.
// Mermaid puts boxes without arrows across the direction, hence LR all the way down to have them below each other, and the last
// subgraph on top, hence the reverse order of rings and datacenters.
func drawMermaid(rings []graphRing) []byte {
	var out bytes.Buffer
	out.WriteString("%%{init: {\"flowchart\": {\"wrappingWidth\": 400}}}%%\nflowchart LR\n")
	for i, ring := range slices.Backward(rings) {
		mermaidRing(&out, fmt.Sprintf("r%d", i+1), ring)
	}
	out.WriteString("  classDef seed stroke-width:3px\n")
	out.WriteString("  classDef note fill:transparent,stroke-dasharray:5 4\n")
	return out.Bytes()
}

func mermaidRing(out *bytes.Buffer, id string, ring graphRing) {
	fmt.Fprintf(out, "  subgraph %s[%s]\n    direction LR\n", id, mermaidText("ring "+ring.name+", serialize: "+string(ring.serialize)))
	for i, c := range ring.clusters {
		mermaidCluster(out, fmt.Sprintf("%sc%d", id, i+1), fmt.Sprintf("%d: %s, namespace %s", i+1, c.name, c.namespace), c)
	}
	for i := 1; i < len(ring.clusters); i++ {
		fmt.Fprintf(out, "    %sc%d -->|then| %sc%d\n", id, i, id, i+1)
	}
	out.WriteString("  end\n")
}

func mermaidCluster(out *bytes.Buffer, id, title string, c graphCluster) {
	fmt.Fprintf(out, "    subgraph %s[%s]\n      direction LR\n", id, mermaidText(title))
	for i, dc := range slices.Backward(c.datacenters) {
		dcID := fmt.Sprintf("%sd%d", id, i+1)
		fmt.Fprintf(out, "      subgraph %s[%s]\n        direction LR\n", dcID, mermaidText("datacenter "+dc.name))
		for j, rack := range dc.racks {
			class := ""
			if len(rack.seeds) > 0 {
				class = ":::seed"
			}
			fmt.Fprintf(out, "        %sk%d[%s]%s\n", dcID, j+1, mermaidText("rack "+rack.name, countOf(len(rack.pods), "node"), rack.seedText()), class)
		}
		out.WriteString("      end\n")
	}
	fmt.Fprintf(out, "      %sn[%s]:::note\n    end\n", id, mermaidText(c.noteLines()...))
}

// mermaidText quotes lines of text. Whatever could be markup to Mermaid, to Markdown or to HTML becomes a character code.
func mermaidText(lines ...string) string {
	escaped := make([]string, len(lines))
	for i, line := range lines {
		var b strings.Builder
		for _, r := range line {
			switch {
			case !unicode.IsPrint(r):
				b.WriteRune(unicode.ReplacementChar)
			case r > unicode.MaxASCII, unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune(" .,:+-", r):
				b.WriteRune(r)
			default:
				fmt.Fprintf(&b, "#%d;", r)
			}
		}
		escaped[i] = b.String()
	}
	return `"` + strings.Join(escaped, "<br/>") + `"`
}
