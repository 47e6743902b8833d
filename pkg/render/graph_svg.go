package render

import (
	"bytes"
	"fmt"
	"strings"

	svg "github.com/ajstarks/svgo"
)

// The looks of the SVG: a light panel of its own, so that it reads the same on a light and on a dark page.
const (
	fontSVG  = `font-family="system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"`
	inkSVG   = `fill="#1f2328"`
	mutedSVG = `fill="#57606a"`
	titleSVG = `font-size="18" font-weight="600" ` + inkSVG
	nameSVG  = `font-size="15" font-weight="600" ` + inkSVG
	dcSVG    = `font-size="13" font-weight="600" fill="#0a3069"`
	headSVG  = `font-size="11" font-weight="600" ` + inkSVG
	textSVG  = `font-size="11" ` + inkSVG
	smallSVG = `font-size="11" ` + mutedSVG
	endSVG   = `text-anchor="end"`
	midSVG   = `text-anchor="middle"`
)

// drawSVG draws the rings one below the other, and a legend.
func drawSVG(rings []graphRing) []byte {
	boxes := make([]ringBox, len(rings))
	width, height := minWidth, graphPad
	for i, ring := range rings {
		boxes[i] = layoutRing(ring)
		width = max(width, boxes[i].width(), textWidth(ring.rule(), 12))
		height += boxes[i].height() + graphRingGap
	}
	width, height = width+2*graphPad, height+legendHeight+graphPad
	var out bytes.Buffer
	d := drawing{svg.New(&out)}
	d.Start(width, height, fmt.Sprintf(`viewBox="0 0 %d %d"`, width, height), `role="img"`, fontSVG)
	d.Title(graphTitle(rings))
	d.Desc(graphDescription(rings))
	d.Roundrect(0, 0, width, height, 10, 10, `fill="#f6f8fa"`)
	y := graphPad
	for _, box := range boxes {
		d.ring(box, y, width)
		y += box.height() + graphRingGap
	}
	d.legend(y)
	d.End()
	return out.Bytes()
}

// drawing is the canvas. Text goes through Text, Title and Desc alone, which escape it.
type drawing struct{ *svg.SVG }

// fit writes a line that may have to be shortened, with the whole of it as its tooltip.
func (d drawing) fit(x, y int, text string, size, width int, style string) {
	short := fitText(text, size, width)
	if short == text {
		d.Text(x, y, text, style)
		return
	}
	d.Group()
	d.Title(text)
	d.Text(x, y, short, style)
	d.Gend()
}

func (d drawing) ring(b ringBox, y, width int) {
	d.fit(graphPad, y+16, "Ring "+b.name, 18, width-2*graphPad, titleSVG)
	d.Text(graphPad, y+34, b.summary(), `font-size="12"`, mutedSVG)
	d.Text(graphPad, y+50, b.rule(), `font-size="12"`, mutedSVG)
	y += ringHead
	left := graphPad
	for i, c := range b.clusters {
		row, column := i/b.columns, i%b.columns
		x := left + column*(b.card+graphGap)
		if column == 0 && row > 0 {
			y += b.heights[row-1] + graphRowGap
			d.turn(left+(b.columns-1)*(b.card+graphGap)+b.card/2, left+b.card/2, y-graphRowGap, b.bothWays())
		} else if i > 0 {
			d.step(x-graphGap, y+38, b.bothWays())
		}
		d.card(b, c, i, x, y, b.heights[row])
	}
}

func (d drawing) card(b ringBox, c graphCluster, i, x, y, height int) {
	inner := b.card - 2*cardPad
	d.Group()
	d.Title(fmt.Sprintf("%d: cluster %s, namespace %s", i+1, c.name, c.namespace))
	d.Roundrect(x, y, b.card, height, 8, 8, `fill="#ffffff" stroke="#c3ccd6"`)
	d.Circle(x+cardPad+11, y+24, 11, `fill="#0a3069"`)
	d.Text(x+cardPad+11, y+28, fmt.Sprint(i+1), `font-size="12" font-weight="600" fill="#ffffff"`, midSVG)
	d.fit(x+cardPad+30, y+29, c.name, 15, inner-30, nameSVG)
	d.fit(x+cardPad, y+51, "namespace "+c.namespace, 11, inner, smallSVG)
	y += cardHead
	for _, dc := range c.datacenters {
		d.datacenter(b, dc, x+cardPad, y)
		y += b.dcHeight(dc) + dcGap
	}
	d.note(c, x+cardPad, y, inner)
	d.Gend()
}

func (d drawing) datacenter(b ringBox, dc graphDatacenter, x, y int) {
	width := b.card - 2*cardPad
	d.Group()
	d.Title("datacenter " + dc.name + ": " + dc.counts())
	d.Roundrect(x, y, width, b.dcHeight(dc), 6, 6, `fill="#eef4fb" stroke="#b6cbe3"`)
	counts := textWidth(dc.counts(), 11)
	d.fit(x+cardPad, y+19, dc.name, 13, width-counts-2*cardPad-8, dcSVG)
	d.Text(x+width-cardPad, y+19, dc.counts(), smallSVG, endSVG)
	y += dcHead
	for _, rack := range dc.racks {
		d.rack(b, rack, x+cardPad, y)
		y += b.nodeLines(rack) * nodePitch
	}
	d.Gend()
}

func (d drawing) rack(b ringBox, rack graphRack, x, y int) {
	d.Group()
	d.Title("rack " + rack.name + ": " + countOf(len(rack.pods), "node") + ", " + rack.seedText())
	d.fit(x, y+nodeRadius+4, rack.name, 11, b.label, textSVG)
	shown, per := b.shownPods(rack), b.nodesPerLine()
	place := func(i int) (int, int) {
		return x + b.label + 10 + nodeRadius + i%per*nodePitch, y + nodeRadius + i/per*nodePitch
	}
	seeds := 0
	for i, pod := range shown {
		nodeX, nodeY := place(i)
		seed := seeds < len(rack.seeds) && rack.seeds[seeds] == pod
		if seed {
			seeds++
		}
		d.node(nodeX, nodeY, pod, rack.pods[pod], seed)
	}
	if hidden := len(rack.pods) - len(shown); hidden > 0 {
		nodeX, nodeY := place(len(shown))
		d.Text(nodeX-nodeRadius, nodeY+4, fmt.Sprintf("+%d", hidden), smallSVG)
	}
	if len(rack.pods) == 0 {
		d.Text(x+b.label+10, y+nodeRadius+4, "no nodes", smallSVG)
	}
	d.Gend()
}

// node is a circle with the pod's number; a seed is filled and has a ring around it.
func (d drawing) node(x, y, number int, pod string, seed bool) {
	d.Group()
	ink := mutedSVG
	if seed {
		d.Title(pod + " (seed)")
		d.Circle(x, y, nodeRadius+1, `fill="none" stroke="#0969da"`)
		d.Circle(x, y, nodeRadius-1, `fill="#0969da"`)
		ink = `fill="#ffffff" font-weight="600"`
	} else {
		d.Title(pod)
		d.Circle(x, y, nodeRadius-1, `fill="#ffffff" stroke="#8c959f"`)
	}
	d.Text(x, y+3, fmt.Sprint(number), `font-size="9"`, ink, midSVG)
	d.Gend()
}

// note lists below the datacenters what the cluster waits for, and the Secrets with which it looks there.
func (d drawing) note(c graphCluster, x, y, width int) {
	d.Line(x, y+4, x+width, y+4, `stroke="#d0d7de"`)
	y += 20
	d.Text(x, y, "Waits for", headSVG)
	if len(c.waits) == 0 {
		y += cardRow
		d.Text(x, y, "nobody", smallSVG)
	}
	for _, w := range c.waits {
		y += cardRow
		d.fit(x, y, w.cluster, 11, width-textWidth(w.condition(), 11)-6, textSVG)
		d.Text(x+width, y, w.condition(), smallSVG, endSVG)
	}
	y += cardRow + 4
	d.Text(x, y, "Secrets needed", headSVG)
	if len(c.secrets()) == 0 {
		d.Text(x, y+cardRow, "none", smallSVG)
	}
	for i, secret := range c.secrets() {
		d.fit(x, y+(i+1)*cardRow, secret, 11, width, textSVG)
	}
}

// graphTitle and graphDescription are what a screen reader says.
func graphTitle(rings []graphRing) string {
	names := make([]string, len(rings))
	for i, ring := range rings {
		names[i] = ring.name
	}
	return "Rollout of " + nouns(len(rings), "ring") + " " + strings.Join(names, ", ")
}

func graphDescription(rings []graphRing) string {
	var sentences []string
	for _, ring := range rings {
		sentences = append(sentences, "Ring "+ring.name+": "+ring.summary()+".")
		for i, c := range ring.clusters {
			var parts []string
			for _, dc := range c.datacenters {
				parts = append(parts, "datacenter "+dc.name+" with "+countOf(len(dc.racks), "rack")+", "+dc.counts())
			}
			sentences = append(sentences, fmt.Sprintf("%d: %s, %s.", i+1, c.name, strings.Join(parts, "; ")))
		}
		sentences = append(sentences, ring.rule())
	}
	return strings.Join(sentences, " ")
}
