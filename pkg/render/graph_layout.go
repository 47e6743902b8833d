package render

import (
	"strings"
	"unicode"
)

// The layout of the SVG, in pixels. A rollout is an ordered row: each cluster is a card, at most four side by side, all of one width
// and those of a row of one height; inside, datacenters are stacked, and a rack is a line of nodes.
const (
	graphPad     = 24 // around everything
	graphGap     = 64 // between cards, where the arrows are
	graphRowGap  = 64
	graphRingGap = 28
	cardPad      = 12
	cardHead     = 62
	cardRow      = 17 // a line of text
	dcHead       = 30
	dcGap        = 8
	nodePitch    = 21
	nodeRadius   = 8
	minCard      = 190
	maxCard      = 264
	maxColumns   = 4
	maxNodeLines = 4 // of a rack; what is left is counted
	minWidth     = 640
)

// ringBox is a ring with the sizes of its parts.
type ringBox struct {
	graphRing
	columns, card int
	label         int   // width of the widest rack name that is shown
	heights       []int // of the rows of cards
}

func layoutRing(r graphRing) ringBox {
	b := ringBox{graphRing: r, columns: columns(len(r.clusters))}
	b.label = min(b.widestRack(), 84)
	widest := 0
	for _, c := range r.clusters {
		widest = max(widest, b.cardWidth(c))
	}
	limit := maxCard
	if b.columns == maxColumns {
		limit = 204
	}
	b.card = min(max(widest, minCard), limit)
	for i, c := range r.clusters {
		if i%b.columns == 0 {
			b.heights = append(b.heights, 0)
		}
		row := &b.heights[len(b.heights)-1]
		*row = max(*row, b.cardHeight(c))
	}
	return b
}

// columns spreads the clusters evenly over as few rows as they need.
func columns(clusters int) int {
	rows := max((clusters+maxColumns-1)/maxColumns, 1)
	return max((clusters+rows-1)/rows, 1)
}

func (b ringBox) width() int { return b.columns*b.card + (b.columns-1)*graphGap }

const ringHead = 62 // name, counts, rule

func (b ringBox) height() int {
	h := ringHead + max(len(b.heights)-1, 0)*graphRowGap
	for _, row := range b.heights {
		h += row
	}
	return h
}

func (b ringBox) widestRack() (w int) {
	for _, c := range b.clusters {
		for _, dc := range c.datacenters {
			for _, rack := range dc.racks {
				w = max(w, textWidth(rack.name, 11))
			}
		}
	}
	return w
}

// cardWidth is what a cluster would like to have.
func (b ringBox) cardWidth(c graphCluster) int {
	w := max(textWidth(c.name, 15)+34, textWidth("namespace "+c.namespace, 11))
	for _, wait := range c.waits {
		w = max(w, textWidth(wait.cluster, 11)+textWidth(wait.condition(), 11)+12, textWidth(wait.secret, 11))
	}
	for _, dc := range c.datacenters {
		w = max(w, textWidth(dc.name, 13)+textWidth(dc.counts(), 11)+12+2*cardPad)
		for _, rack := range dc.racks {
			w = max(w, b.label+10+min(len(rack.pods), 8)*nodePitch+2*cardPad)
		}
	}
	return w + 2*cardPad
}

func (b ringBox) cardHeight(c graphCluster) int {
	h := cardHead
	for _, dc := range c.datacenters {
		h += b.dcHeight(dc) + dcGap
	}
	return h + noteHeight(c)
}

func (b ringBox) dcHeight(dc graphDatacenter) int {
	h := dcHead
	for _, rack := range dc.racks {
		h += b.nodeLines(rack) * nodePitch
	}
	return h + 6
}

// noteHeight: two headings, a line for each cluster waited for and for each Secret; "nobody" and "none" are lines too.
func noteHeight(c graphCluster) int {
	return (2+max(len(c.waits), 1)+max(len(c.secrets()), 1))*cardRow + 20
}

// nodesPerLine is how many circles fit beside the rack's name.
func (b ringBox) nodesPerLine() int {
	return max((b.card-4*cardPad-b.label-10)/nodePitch, 3)
}

func (b ringBox) nodeLines(rack graphRack) int {
	per := b.nodesPerLine()
	return min(max((len(rack.pods)+per-1)/per, 1), maxNodeLines)
}

// shownPods picks the nodes that are drawn, by index, where a rack has more than there is room for: the seeds first. Two places are
// left for the number of the others.
func (b ringBox) shownPods(rack graphRack) (shown []int) {
	room := maxNodeLines * b.nodesPerLine()
	if len(rack.pods) > room {
		room -= 2
	}
	seed := map[int]bool{}
	for _, i := range rack.seeds[:min(len(rack.seeds), room)] {
		seed[i] = true
	}
	others := room - len(seed)
	for i := range rack.pods {
		if !seed[i] {
			if others == 0 {
				continue
			}
			others--
		}
		shown = append(shown, i)
	}
	return shown
}

func (dc graphDatacenter) counts() string {
	return countOf(dc.nodes(), "node") + ", " + countOf(dc.seeds(), "seed")
}

// textWidth estimates the width of a line in a common sans-serif font, rather too wide than too narrow.
func textWidth(s string, size int) int {
	thousandths := 0
	for _, r := range s {
		switch {
		case r > unicode.MaxASCII:
			thousandths += 1000
		case strings.ContainsRune("iljtfrI.,:;'|!()[]/ ", r):
			thousandths += 360
		case strings.ContainsRune("mwMW@%", r):
			thousandths += 920
		case unicode.IsUpper(r):
			thousandths += 720
		default:
			thousandths += 590
		}
	}
	return (thousandths*size + 999) / 1000
}

// fitText shortens a line in its middle: long names tend to differ at both ends.
func fitText(s string, size, width int) string {
	if textWidth(s, size) <= width {
		return s
	}
	runes := []rune(s)
	for keep := len(runes) - 1; keep > 1; keep-- {
		short := string(runes[:(keep+1)/2]) + "…" + string(runes[len(runes)-keep/2:])
		if textWidth(short, size) <= width {
			return short
		}
	}
	return "…"
}
