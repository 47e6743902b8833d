package render

import (
	"fmt"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

const (
	thenSVG    = `fill="none" stroke="#1f2328" stroke-width="1.5"`
	waitSVG    = `fill="none" stroke="#8250df" stroke-width="1.5" stroke-dasharray="4 3"`
	headLength = 7
)

// bothWays reports whether neighbours wait for each other.
func (r graphRing) bothWays() bool { return r.serialize != v1alpha1.SerializeChain }

// step draws the arrows across the gap between two cards.
func (d drawing) step(x, y int, bothWays bool) {
	x1, x2, middle := x+6, x+graphGap-6, x+graphGap/2
	d.Text(middle, y-6, "then", textSVG, midSVG)
	d.Line(x1, y, x2-headLength, y, thenSVG)
	d.arrowHead(x2, y, 1, 0, inkSVG)
	y += 30
	d.Text(middle, y-6, "waits for", smallSVG, midSVG)
	d.Line(x1+headLength, y, x2-headLength, y, waitSVG)
	d.arrowHead(x1, y, -1, 0, `fill="#8250df"`)
	if bothWays {
		d.arrowHead(x2, y, 1, 0, `fill="#8250df"`)
	}
}

// turn draws the arrows from below the last card of a row, at from, to above the first one of the next row, at to.
func (d drawing) turn(from, to, y int, bothWays bool) {
	top, bottom := y+5, y+graphRowGap-5
	upper, lower := y+24, y+42
	d.Path(fmt.Sprintf("M%d %dV%dH%dV%d", from+10, top, lower, to+10, bottom-headLength), thenSVG)
	d.arrowHead(to+10, bottom, 0, 1, inkSVG)
	start := top + headLength
	d.Path(fmt.Sprintf("M%d %dV%dH%dV%d", from-10, start, upper, to-10, bottom-headLength), waitSVG)
	d.arrowHead(from-10, top, 0, -1, `fill="#8250df"`)
	if bothWays {
		d.arrowHead(to-10, bottom, 0, 1, `fill="#8250df"`)
	}
	d.Text((from+to)/2, upper-5, "waits for", smallSVG, midSVG)
	d.Text((from+to)/2, lower-5, "then", textSVG, midSVG)
}

// arrowHead has its tip at x, y and looks along dx, dy.
func (d drawing) arrowHead(x, y, dx, dy int, fill string) {
	baseX, baseY := x-dx*(headLength+1), y-dy*(headLength+1)
	d.Polygon([]int{x, baseX - dy*4, baseX + dy*4}, []int{y, baseY - dx*4, baseY + dx*4}, fill)
}

const legendHeight = 24

func (d drawing) legend(y int) {
	x, line := graphPad, y+8
	d.Group()
	d.Title("Legend")
	d.node(x+nodeRadius+1, line, 0, "seed", true)
	x = d.legendText(x+24, line, "seed (pod number)")
	d.node(x+nodeRadius, line, 1, "node", false)
	x = d.legendText(x+22, line, "other node")
	d.Line(x, line, x+24-headLength, line, thenSVG)
	d.arrowHead(x+24, line, 1, 0, inkSVG)
	x = d.legendText(x+30, line, "order of the rollout")
	d.Line(x, line, x+24-headLength, line, waitSVG)
	d.arrowHead(x+24, line, 1, 0, `fill="#8250df"`)
	d.legendText(x+30, line, "waits for")
	d.Gend()
}

// legendText returns where the next entry begins.
func (d drawing) legendText(x, y int, text string) int {
	d.Text(x, y+4, text, smallSVG)
	return x + textWidth(text, 11) + 22
}
