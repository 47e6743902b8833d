package bench

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
	"time"
)

// durations are samples of one measure.
type durations []time.Duration

// quantile is the sample that this part of all are not longer than.
func (d durations) quantile(part float64) time.Duration {
	sorted := slices.Sorted(slices.Values(d))
	return sorted[int(part*float64(len(sorted)-1)+0.5)]
}

// table is what was measured, beside the goals.
type table struct{ rows []row }

type row struct {
	what        string
	found, goal float64 // a goal of 0 is none
	unit        string
}

func (t *table) add(what string, found float64, unit string, goal float64) {
	t.rows = append(t.rows, row{what, found, goal, unit})
}

func (t *table) seconds(what string, found, goal time.Duration) {
	t.add(what, found.Seconds(), "s", goal.Seconds())
}

// spread is min, median, p95, p99 and max, with goals for median and p99.
func (t *table) spread(what string, found durations, median, p99 time.Duration) {
	t.add(fmt.Sprintf("%s (%d): min", what, len(found)), milliseconds(found.quantile(0)), "ms", 0)
	t.add("  median", milliseconds(found.quantile(0.5)), "ms", milliseconds(median))
	t.add("  p95", milliseconds(found.quantile(0.95)), "ms", 0)
	t.add("  p99", milliseconds(found.quantile(0.99)), "ms", milliseconds(p99))
	t.add("  max", milliseconds(found.quantile(1)), "ms", 0)
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

// print prints the table, and fails the benchmark for each goal that was missed.
func (t *table) print(b *testing.B) {
	b.Helper()
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "measure\tfound\tgoal, at most\t")
	for _, r := range t.rows {
		goal := ""
		if r.goal > 0 {
			goal = fmt.Sprintf("%.4g %s", r.goal, r.unit)
		}
		fmt.Fprintf(out, "%s\t%.4g %s\t%s\t\n", r.what, r.found, r.unit, goal)
		if r.goal > 0 && r.found > r.goal {
			b.Errorf("%s: %.4g %s, want %s at most", r.what, r.found, r.unit, goal)
		}
	}
	if err := out.Flush(); err != nil {
		b.Error(err)
	}
}
