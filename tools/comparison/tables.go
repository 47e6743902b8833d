package main

import (
	"fmt"
	"strconv"
	"strings"
)

// followers are the ways in which a second cluster follows the first: what they are called, and where the figures are from.
var followers = []struct {
	label   string
	samples string
	cited   []float64 // min, median, max in seconds, measured apart: see docs/comparison.md
}{
	{"gate and Flux: created", "gate, create", nil},
	{"gate and Flux: changed", "gate, change", nil},
	{"Flux, dependsOn in a hub: created", "dependsOn, create", nil},
	{"Flux, dependsOn in a hub: changed, where it waited", "dependsOn, change", nil},
	{"Multi-CassKop: created", "", []float64{2.1, 14.1, 27.7}},
	{"Multi-CassKop: changed", "", []float64{3.3, 19.8, 29.3}},
	{"Multi-CassKop, one name for all objects: changed", "", []float64{0.014, 0.025, 0.046}},
}

// part is what stands at one place of the document.
func (m *measured) part(name string) (string, error) {
	switch name {
	case "machine":
		return fmt.Sprintf("%d cores (%s), %s GB of memory, %s, %s.\n", m.Machine.Cores, m.Machine.CPU, number(m.Machine.MemoryGB), m.Machine.Platform, m.Machine.Go), nil
	case "following":
		return m.following()
	case "opening":
		return m.opening()
	}
	t, err := m.table(name)
	if err != nil {
		return "", err
	}
	return t.markdown(), nil
}

func (m *measured) following() (string, error) {
	t := &table{Columns: []string{"from the first cluster ready to the second one written", "n", "min, s", "median, s", "max, s"}}
	for _, f := range followers {
		if f.cited != nil {
			t.Rows = append(t.Rows, []any{f.label + " (cited)", "", f.cited[0], f.cited[1], f.cited[2]})
			continue
		}
		s := m.sorted(f.samples)
		if len(s) > 0 {
			t.Rows = append(t.Rows, []any{f.label, float64(len(s)), s[0], s[len(s)/2], s[len(s)-1]})
		}
	}
	if len(m.sorted("gate, create")) == 0 {
		return "", fmt.Errorf("%s has no samples of %q: run `make bench`, which measures all", dataFile, "gate, create")
	}
	return t.markdown(), nil
}

func (m *measured) opening() (string, error) {
	t := &table{Columns: []string{"from a write in another cluster to its effect here", "n", "min, ms", "median, ms", "p99, ms", "max, ms"}}
	for _, what := range []string{"the gate opens, 500 gates", "a bare watch and patch"} {
		s := m.sorted(what)
		if len(s) == 0 {
			return "", fmt.Errorf("%s has no samples of %q: run `make bench`, which measures all", dataFile, what)
		}
		row := []any{what, float64(len(s))}
		for _, i := range []int{0, len(s) / 2, (len(s) - 1) * 99 / 100, len(s) - 1} {
			row = append(row, s[i]*1000)
		}
		t.Rows = append(t.Rows, row)
	}
	return t.markdown(), nil
}

func (t *table) markdown() string {
	out := &strings.Builder{}
	fmt.Fprintf(out, "| %s |\n|%s\n", strings.Join(t.Columns, " | "), strings.Repeat("---|", len(t.Columns)))
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if n, ok := cell.(float64); ok {
				cell = number(n)
			}
			cells[i] = fmt.Sprint(cell)
		}
		fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
	}
	return out.String()
}

// number writes three digits, and more only where a whole number has them.
func number(n float64) string {
	if n >= 100 {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	return strconv.FormatFloat(n, 'g', 3, 64)
}
