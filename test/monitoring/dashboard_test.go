package monitoring

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// dashboard is what the tests read of Grafana's model.
type dashboard struct {
	Title, UID    string
	SchemaVersion int
	Panels        []panel
	Templating    struct{ List []variable }
}

type panel struct {
	ID          int
	Title, Type string
	GridPos     struct{ X, Y, W, H int }
	Datasource  struct{ UID string }
	Targets     []struct{ Expr, RefID string }
}

type variable struct{ Name, Type, Definition string }

func theDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	if err := json.Unmarshal([]byte(read(t, "base/gate/dashboard/casskop-gitops-gate.json")), &d); err != nil {
		t.Fatal(err)
	}
	if d.Title == "" || d.UID == "" || d.SchemaVersion == 0 || len(d.Panels) == 0 {
		t.Fatalf("no dashboard: %+v", d)
	}
	return d
}

// TestPanels: each has a number and a place of its own, and asks the data source that is chosen.
func TestPanels(t *testing.T) {
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range theDashboard(t).Panels {
		if p.ID == 0 || ids[p.ID] || p.Title == "" || p.Type == "" || len(p.Targets) == 0 || p.Datasource.UID != "${datasource}" {
			t.Errorf("panel %d %q: %+v", p.ID, p.Title, p)
		}
		ids[p.ID] = true
		if p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("%s is wider than the 24 columns", p.Title)
		}
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other := taken[at]; other != "" {
					t.Fatalf("%s lies over %s", p.Title, other)
				}
				taken[at] = p.Title
			}
		}
	}
}

var (
	variableName = regexp.MustCompile(`\$\{?(\w+)\}?`)
	labelValues  = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)
)

// TestDashboardUsesWhatIsThere: every query parses, and asks for metrics and labels that a controller serves, with variables that exist.
func TestDashboardUsesWhatIsThere(t *testing.T) {
	d := theDashboard(t)
	known := map[string]string{"__rate_interval": "5m"}
	for _, v := range d.Templating.List {
		known[v.Name] = ".*"
	}
	metrics := exported(t)
	used := strings.Builder{}
	test := func(where, expression string) {
		plain := variableName.ReplaceAllStringFunc(expression, func(v string) string {
			name := variableName.FindStringSubmatch(v)[1]
			if known[name] == "" {
				t.Errorf("%s: there is no variable %s", where, name)
			}
			return known[name]
		})
		if err := check(plain, metrics); err != nil {
			t.Errorf("%s: %s: %v", where, expression, err)
		}
		used.WriteString(plain)
	}
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			test(p.Title, target.Expr)
		}
	}
	for _, v := range d.Templating.List {
		if asked := labelValues.FindStringSubmatch(v.Definition); asked != nil {
			test(v.Name, "max by ("+asked[2]+") ("+asked[1]+")")
		} else if v.Type == "query" {
			t.Errorf("variable %s asks %q, want label_values(…, …)", v.Name, v.Definition)
		}
	}
	for name := range metrics {
		if strings.HasPrefix(name, "casskop_") && !strings.Contains(used.String(), name) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}
