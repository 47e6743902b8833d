package main

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// renderGrowth is what render takes as rings are added.
func renderGrowth(m *measured) ([]byte, error) {
	time := newPlot("Time, 3 clusters", axis{"rings", true}, axis{"seconds", true})
	for _, c := range []curve{{"kustomize, s", "kustomize builds them", false, orange}, {"render, s", "render", true, blue}} {
		if err := c.draw(time, m, "rings", "rings"); err != nil {
			return nil, err
		}
	}
	memory := newPlot("Memory, 3 clusters", axis{"rings", true}, axis{"MB", false})
	if err := (curve{"memory, MB", "", false, blue}).draw(memory, m, "rings", "rings"); err != nil {
		return nil, err
	}
	memory.Y.Min = 0
	clusters := newPlot("Time, 10 rings", axis{"clusters", false}, axis{"seconds", false})
	for _, c := range []curve{{"kustomize, s", "kustomize builds them", false, orange}, {"render, s", "render", true, blue}} {
		if err := c.draw(clusters, m, "ring size", "clusters"); err != nil {
			return nil, err
		}
	}
	clusters.X.Min, clusters.Y.Min = 0, 0
	return sheet("Time and memory of render as rings and clusters grow", time, memory, clusters)
}

// gateGrowth is what the gate takes as gates and clusters are added.
func gateGrowth(m *measured) ([]byte, error) {
	gates := newPlot("Memory, 5 other clusters", axis{"gates", true}, axis{"MB", false})
	if err := (curve{"memory, MB", "", false, blue}).draw(gates, m, "gates", "gates"); err != nil {
		return nil, err
	}
	memory := newPlot("Memory, 10 rings", axis{"clusters", false}, axis{"MB", false})
	if err := (curve{"memory, MB", "", false, blue}).draw(memory, m, "clusters", "clusters"); err != nil {
		return nil, err
	}
	opening := newPlot("A gate opens, 10 rings", axis{"clusters", false}, axis{"milliseconds", false})
	for _, c := range []curve{{"opening, max, ms", "max", false, grey}, {"opening, median, ms", "median", true, blue}} {
		if err := c.draw(opening, m, "clusters", "clusters"); err != nil {
			return nil, err
		}
	}
	for _, p := range []*plot.Plot{gates, memory, opening} {
		p.Y.Min = 0
	}
	memory.X.Min, opening.X.Min = 0, 0
	return sheet("Memory of the gate, and how soon it opens, as gates and clusters grow", gates, memory, opening)
}

// curve is a column of a table over another one.
type curve struct {
	column, label string
	below         bool // the label
	color         color.Color
}

func (c curve) draw(p *plot.Plot, m *measured, table, over string) error {
	x, err := m.column(table, over)
	if err != nil {
		return err
	}
	y, err := m.column(table, c.column)
	if err != nil {
		return err
	}
	return line(p, c.label, c.below, c.color, x, y)
}

// following is how soon the second cluster follows, one row for each way: a dot for each sample, and a line from min to max where the
// figures are cited.
func following(m *measured) ([]byte, error) {
	p := newPlot("From the first cluster ready to the second one written", axis{"seconds", true}, axis{"", false})
	var names []string
	for i := len(followers) - 1; i >= 0; i-- {
		f, row := followers[i], float64(len(names))
		dye, times := blue, m.sorted(f.samples)
		switch {
		case f.cited != nil:
			dye, times = grey, f.cited
		case len(times) == 0:
			continue
		case i > 1:
			dye = orange
		}
		points := make(plotter.XYs, len(times))
		for k, t := range times {
			points[k] = plotter.XY{X: t, Y: row}
		}
		dots, err := plotter.NewScatter(points)
		if err != nil {
			return nil, err
		}
		dots.Color, dots.Shape, dots.Radius = dye, draw.CircleGlyph{}, vg.Points(3)
		if f.cited != nil {
			joined, err := plotter.NewLine(points)
			if err != nil {
				return nil, err
			}
			joined.Color, joined.Width = dye, vg.Points(1)
			p.Add(joined)
			f.label += ": cited min, median, max"
		}
		p.Add(dots)
		names = append(names, f.label)
	}
	p.NominalY(names...)
	p.Y.Min, p.Y.Max = -0.5, float64(len(names))-0.5
	p.X.Min, p.X.Max = 0.01, 100
	return sheet("How soon the second cluster follows the first", p)
}
