package monitoring

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// exported are the metrics that a controller serves, with their labels: test/gate holds the file against one that runs.
func exported(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for line := range strings.Lines(read(t, "test/gate/testdata/metrics.txt")) {
		name, own, _ := strings.Cut(strings.TrimSuffix(line, "}\n"), "{")
		all[name] = append(strings.Split(own, ","), "namespace", "pod", "container", "endpoint", "instance", "job") // of a PodMonitor
	}
	return all
}

// check says what is wrong with an expression: it does not parse, or it uses a metric or a label that is not there.
func check(expression string, metrics map[string][]string) error {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expression)
	if err != nil {
		return err
	}
	return checkNode(parsed, metrics)
}

func checkNode(root parser.Node, metrics map[string][]string) (err error) {
	parser.Inspect(root, func(node parser.Node, _ []parser.Node) error {
		var used []string
		switch n := node.(type) {
		case *parser.VectorSelector:
			if _, known := metrics[n.Name]; !known {
				err = fmt.Errorf("no controller serves %q", n.Name)
			}
			for _, matcher := range n.LabelMatchers {
				used = append(used, matcher.Name)
			}
		case *parser.AggregateExpr:
			used = n.Grouping
		case *parser.BinaryExpr:
			if n.VectorMatching != nil {
				used = n.VectorMatching.MatchingLabels
			}
		}
		for _, label := range used {
			for _, selector := range parser.ExtractSelectors(node.(parser.Expr)) {
				name := selector[slices.IndexFunc(selector, named)].Value
				if label != model.MetricNameLabel && !slices.Contains(metrics[name], label) {
					err = fmt.Errorf("%s has no label %q", name, label)
				}
			}
		}
		return nil
	})
	return err
}

func named(m *labels.Matcher) bool { return m.Name == model.MetricNameLabel }

func TestCheck(t *testing.T) {
	metrics := map[string][]string{"a": {"x"}, "b": {"x", "y"}}
	for expression, want := range map[string]string{
		`a{x="1"} == 1`:       "<nil>",
		`max by (x) (a or b)`: "<nil>",
		`c`:                   `no controller serves "c"`,
		`a{y="1"}`:            `a has no label "y"`,
		`max by (y) (a)`:      `a has no label "y"`,
		`a and on (y) b`:      `a has no label "y"`,
	} {
		if got := fmt.Sprint(check(expression, metrics)); got != want {
			t.Errorf("%s: want %s, got %s", expression, want, got)
		}
	}
	if check("max by (x", metrics) == nil {
		t.Error("half an expression passes")
	}
}

func TestAlertsUseWhatIsThere(t *testing.T) {
	for _, rule := range rules(t) {
		if err := check(rule.Expr.String(), exported(t)); err != nil {
			t.Errorf("%s: %v", rule.Alert, err)
		}
	}
}
