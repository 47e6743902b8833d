package adopt

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

// Findings compares the clusters of a ring with what is live there, by cluster: a problem for each difference, at its line. Those that a sync changes are
// errors, those that stay are warnings. A difference that several clusters share is told once. ignoring is the ring with zeroValues: ignore.
func Findings(ring, ignoring *render.Ring, live map[string]map[string]any) (render.Problems, error) {
	var all []*finding
	known := map[string]*finding{}
	for n, c := range ring.Clusters {
		if live[c.Name] == nil {
			all = append(all, &finding{problem: c.Problem(nil, nil, fmt.Sprintf("%s: there is no CassandraCluster %s/%s; the first sync creates it", c.Name, c.Namespace, ring.Name), "")})
			continue
		}
		differences, err := Compare(c.Object, ignoring.Clusters[n].Object, live[c.Name])
		if err != nil {
			return nil, fmt.Errorf("%s: CassandraCluster %s/%s: %w", c.Name, c.Namespace, ring.Name, err)
		}
		for _, d := range differences {
			key := d.Field.String() + " " + d.String()
			if known[key] == nil {
				known[key] = &finding{d: d, problem: c.Problem(d.Field, nil, "", "")}
				all = append(all, known[key])
			}
			known[key].clusters = append(known[key].clusters, c.Name)
		}
	}
	var problems render.Problems
	for _, f := range all {
		problems = append(problems, f.say())
	}
	return problems, nil
}

type finding struct {
	d        Difference
	clusters []string
	problem  render.Problem
}

func (f *finding) say() render.Problem {
	if f.clusters == nil {
		return f.problem
	}
	p := f.problem
	p.Path, p.Value, p.Warning = f.d.Field.String(), "", !f.d.Changes
	p.Message = strings.Join(f.clusters, ", ") + ": " + f.d.String()
	return p
}

// String says it in words, without the field.
func (d *Difference) String() string {
	text := fmt.Sprintf("live %s, rendered %s: %s", brief(d.Live), brief(d.Rendered), d.Class)
	if d.Class == Elsewhere && len(d.Managers) > 0 {
		text += " (" + strings.Join(d.Managers, ", ") + ")"
	}
	if d.Changes {
		return text + "; the first sync changes it"
	}
	return text + "; it stays"
}

// brief writes a value in at most 60 characters.
func brief(v any) string {
	if v == nil {
		return "nothing"
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if r := []rune(string(encoded)); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return string(encoded)
}
