package adopt

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "rewrite the expected files in testdata")

// live is a MultiCasskop as an API server has it after Multi-CassKop wrote it back.
const live = `apiVersion: db.orange.com/v2
kind: MultiCasskop
metadata:
  name: demo
  namespace: ns
  uid: x
  finalizers: [kubernetes.io/multi-casskop]
  annotations: {kubectl.kubernetes.io/last-applied-configuration: x, team: a}
spec:
  deleteCassandraCluster: true
  base:
    apiVersion: db.orange.com/v1alpha1
    kind: CassandraCluster
    metadata: {name: demo, namespace: ns, creationTimestamp: null}
    spec: {autoPilot: true, dataCapacity: 1Gi, nodesPerRacks: 1, imagePullSecret: {}, service: {annotations: {external-dns.alpha.kubernetes.io/hostname: zone.example.}}}
    status: {phase: Running}
  override:
    a: {metadata: {creationTimestamp: null}, spec: {topology: {dc: [{name: dc1, rack: [{name: rack1}]}]}}, status: {}}
    b: {spec: {autoPilot: false, topology: {dc: [{name: dc2, rack: [{name: rack1}]}]}}}
    stray: {spec: {}}
status: {}
`

func imported(t *testing.T) *Import {
	t.Helper()
	i, err := New(object(t, live), "b", []string{"a", "gone"})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func seeded(t *testing.T, seeds string) map[string]any {
	t.Helper()
	return object(t, "metadata: {name: demo}\nspec: {}\nstatus: {phase: Running, seedlist: ["+seeds+"]}\n")
}

const computed = "demo-dc2-rack1-0.zone.example, demo-dc1-rack1-0.zone.example"

// TestFiles holds what is written against testdata: the computed seeds are live, so none are written down.
func TestFiles(t *testing.T) {
	i := imported(t)
	ring, problems := i.Settle(map[string]map[string]any{"a": seeded(t, computed), "b": seeded(t, computed)})
	if len(problems.Errors()) > 0 {
		t.Fatal(problems)
	}
	if diff := cmp.Diff([]string{"b", "a"}, []string{ring.Clusters[0].Name, ring.Clusters[1].Name}); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	file, err := i.File()
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"multi-casskop.yaml": string(file), "render.yaml": string(i.Config()), "notes.txt": strings.Join(i.Notes, "\n") + "\n"} {
		if *update {
			if err := os.WriteFile(filepath.Join("testdata", name), []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestSeedsStay: another list than the live one is a rolling restart.
func TestSeedsStay(t *testing.T) {
	tests := map[string]struct {
		a, b, base, overrideA, overrideB string // seeds
	}{
		"as render computes them":                        {computed, computed, "", "", ""},
		"a list that all share goes into the base":       {"s1, s2", "s1, s2", "s1 s2", "", ""},
		"lists of their own go into the overrides":       {"s1", "s2", "", "s1", "s2"},
		"one of two that has none leaves it to the base": {"s1", "", "s1", "", ""},
		"nothing is live":                                {"", "", "", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			i := imported(t)
			if _, problems := i.Settle(map[string]map[string]any{"a": seeded(t, tt.a), "b": seeded(t, tt.b)}); len(problems.Errors()) > 0 {
				t.Fatal(problems)
			}
			file, err := i.File()
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Spec struct {
					Base     struct{ Status struct{ Seedlist []string } }
					Override map[string]struct{ Status struct{ Seedlist []string } }
				}
			}
			if err := yaml.Unmarshal(file, &got); err != nil {
				t.Fatal(err)
			}
			lists := []string{strings.Join(got.Spec.Base.Status.Seedlist, " "), strings.Join(got.Spec.Override["a"].Status.Seedlist, " "), strings.Join(got.Spec.Override["b"].Status.Seedlist, " ")}
			if diff := cmp.Diff([]string{tt.base, tt.overrideA, tt.overrideB}, lists); diff != "" {
				t.Errorf("base, override a, override b (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	without := func(old, changed string) map[string]any { return object(t, strings.Replace(live, old, changed, 1)) }
	tests := map[string]struct {
		live    map[string]any
		local   string
		remotes []string
		want    string
	}{
		"no order":                         {object(t, live), "", nil, "the order of a, b, stray is not known, an API server keeps none: give --local and --remote as the operator was given -l and -r (kubectl get deployment -l operator=cassandra -o jsonpath='{..args}')"},
		"remote without local":             {object(t, live), "", []string{"a"}, "--remote without --local: Multi-CassKop worked on the local cluster first"},
		"a cluster twice":                  {object(t, live), "a", []string{"a"}, `the order a,a names "a" twice, or a cluster without a name`},
		"no cluster of the order is there": {object(t, live), "x", nil, "none of x has an override; there are: a, b, stray"},
		"another kind":                     {without("kind: MultiCasskop", "kind: Gate"), "a", nil, `kind is "Gate", expected MultiCasskop`},
		"no overrides":                     {object(t, "kind: MultiCasskop\nmetadata: {}\nspec: {base: {}}\n"), "a", nil, "expected spec.base, and spec.override with an entry for each cluster"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := New(tt.live, tt.local, tt.remotes)
			if err == nil || err.Error() != tt.want {
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
}

func TestOrderOfAnnotationAndOfOneCluster(t *testing.T) {
	annotated := object(t, strings.Replace(live, "team: a", "casskop-gitops.dev/rollout-order: 'a, b'", 1))
	alone := object(t, "apiVersion: db.orange.com/v2\nkind: MultiCasskop\nmetadata: {}\nspec: {base: {}, override: {only: }}\n")
	for want, o := range map[string]map[string]any{"a b": annotated, "only": alone} {
		i, err := New(o, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, strings.Join(i.Order, " ")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestChoose(t *testing.T) {
	named := func(name, ring string) map[string]any {
		return object(t, "metadata: {name: "+name+"}\nspec: {base: {metadata: {name: "+ring+"}}}\n")
	}
	two := []map[string]any{named("multi", "ring"), named("other", "rest")}
	tests := map[string]struct {
		all        []map[string]any
		name, want string // an error where it holds a space
	}{
		"by its name":         {two, "other", "other"},
		"by that of the ring": {two, "ring", "multi"},
		"the only one":        {two[:1], "", "multi"},
		"one of several":      {two, "", "there are 2 MultiCasskops: name one of multi, other"},
		"an unknown one":      {two, "x", "no MultiCasskop is named x, nor its ring; there are: multi, other"},
		"none":                {nil, "", "there is no MultiCasskop"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			found, err := Choose(tt.all, tt.name)
			got, _ := valueAt(found, []any{"metadata", "name"}).(string) // none after an error
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
