package main

import (
	"bytes"
	"image/color"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// plots by the name of their file. Each has a light panel of its own, so that it reads the same on a light and on a dark page.
var plots = map[string]func(*measured) ([]byte, error){
	"following.svg":     following,
	"render-growth.svg": renderGrowth,
	"gate-growth.svg":   gateGrowth,
}

var (
	panel  = color.RGBA{0xf6, 0xf8, 0xfa, 0xff}
	ink    = color.RGBA{0x1f, 0x23, 0x28, 0xff}
	grid   = color.RGBA{0xd0, 0xd7, 0xde, 0xff}
	blue   = color.RGBA{0x09, 0x69, 0xda, 0xff}
	orange = color.RGBA{0xbc, 0x4c, 0x00, 0xff}
	grey   = color.RGBA{0x57, 0x60, 0x6a, 0xff}
)

func init() {
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans"}
	plotter.DefaultFont = plot.DefaultFont
}

// axis is one of a plot; a logarithmic one does not begin at zero.
type axis struct {
	title string
	log   bool
}

func newPlot(title string, x, y axis) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = panel
	p.Title.Text, p.Title.TextStyle.Color, p.Title.Padding = title, ink, vg.Points(6)
	for a, from := range map[*plot.Axis]axis{&p.X: x, &p.Y: y} {
		a.Label.Text, a.Label.TextStyle.Color, a.Label.Padding = from.title, ink, vg.Points(3)
		a.Color, a.Tick.Color, a.Tick.Label.Color = ink, ink, ink
		if from.log {
			a.Scale, a.Tick.Marker = plot.LogScale{}, decades{}
		}
	}
	lines := plotter.NewGrid()
	lines.Vertical.Color, lines.Horizontal.Color = grid, grid
	p.Add(lines)
	return p
}

// decades are ticks at the powers of ten alone.
type decades struct{}

// Ticks implements plot.Ticker.
func (decades) Ticks(least, most float64) (ticks []plot.Tick) {
	for _, t := range (plot.LogTicks{Prec: -1}).Ticks(least, most) {
		if t.Label != "" {
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// line draws points and what joins them, with its name above or below the last one.
func line(p *plot.Plot, name string, below bool, c color.Color, x, y []float64) error {
	points := make(plotter.XYs, len(x))
	for i := range x {
		points[i].X, points[i].Y = x[i], y[i]
	}
	joined, dots, err := plotter.NewLinePoints(points)
	if err != nil {
		return err
	}
	joined.Color, joined.Width = c, vg.Points(1.5)
	dots.Color, dots.Shape, dots.Radius = c, draw.CircleGlyph{}, vg.Points(2.5)
	p.Add(joined, dots)
	if name == "" {
		return nil
	}
	return label(p, name, below, c, points[len(points)-1])
}

// label writes a text that ends at a point.
func label(p *plot.Plot, text string, below bool, c color.Color, at plotter.XY) error {
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{at}, Labels: []string{text}})
	if err != nil {
		return err
	}
	labels.TextStyle[0].Color, labels.TextStyle[0].XAlign = c, draw.XRight
	labels.Offset = vg.Point{X: vg.Points(-4), Y: vg.Points(4)}
	if below {
		labels.Offset.Y = vg.Points(-24)
	}
	p.Add(labels)
	return nil
}

// sheet draws plots side by side. The title is what a screen reader says.
func sheet(title string, side ...*plot.Plot) ([]byte, error) {
	canvas := vgsvg.New(vg.Points(840), vg.Points(240))
	tiles := draw.Tiles{Rows: 1, Cols: len(side), PadX: vg.Points(16), PadTop: vg.Points(8), PadBottom: vg.Points(8), PadLeft: vg.Points(8), PadRight: vg.Points(12)}
	whole := draw.New(canvas)
	whole.FillPolygon(panel, []vg.Point{whole.Min, {X: whole.Max.X, Y: whole.Min.Y}, whole.Max, {X: whole.Min.X, Y: whole.Max.Y}})
	places := plot.Align([][]*plot.Plot{side}, tiles, whole)[0]
	for i, p := range side {
		p.Draw(places[i])
	}
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, err
	}
	return []byte(strings.NewReplacer(
		"font-family:Liberation Sans", "font-family:'Liberation Sans',Arial,Helvetica,sans-serif",
		"<g transform=\"scale(1, -1) translate", "<title>"+title+"</title>\n<g transform=\"scale(1, -1) translate",
	).Replace(out.String())), nil
}
