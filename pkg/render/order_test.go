package render

import (
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// multi writes a MultiCasskop of ring demo: the spec of its base in one line, and each cluster's override in one line, from line 12 on.
func multi(base string, overrides ...string) string {
	return `apiVersion: db.orange.com/v2
kind: MultiCasskop
metadata:
  name: demo
  namespace: cassandra
spec:
  deleteCassandraCluster: false
  base:
    metadata: {name: demo}
    spec: {` + base + `}
  override:
    ` + strings.Join(overrides, "\n    ") + "\n"
}

// inZone is a base whose pods external-dns publishes in example.com.
func inZone(fields ...string) string {
	return strings.Join(append([]string{`service: {annotations: {external-dns.alpha.kubernetes.io/hostname: example.com}}`}, fields...), ", ")
}

// holding is an override of a cluster that holds these datacenters.
func holding(cluster string, dcs ...string) string {
	return cluster + ": {spec: {topology: {dc: [" + strings.Join(dcs, ", ") + "]}}}"
}

// dc is a datacenter, given as its name and what else it has, with these racks.
func dc(fields string, racks ...string) string {
	return "{name: " + fields + ", rack: [{name: " + strings.Join(racks, "}, {name: ") + "}]}"
}

// threeClusters is a ring with a datacenter in each of k1, k2 and k3.
func threeClusters() string {
	return multi(inZone(), holding("k1", dc("dc1", "r1")), holding("k2", dc("dc2", "r1")), holding("k3", dc("dc3", "r1")))
}

// replaced is text with one thing, which must be there, in place of another.
func replaced(t *testing.T, text, old, with string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("the input does not hold %q:\n%s", old, text)
	}
	return strings.ReplaceAll(text, old, with)
}

func input(text string) Source { return Source{Name: "multi-casskop.yaml", Data: []byte(text)} }

// tryPlan plans one input over a tree.
func tryPlan(text string, opts Options, tree fs.FS) (*Plan, Problems) {
	return Make([]Source{input(text)}, opts, tree, nil)
}

// mustPlan is tryPlan for an input without errors.
func mustPlan(t *testing.T, text string, opts Options, tree fs.FS) *Plan {
	t.Helper()
	plan, problems := tryPlan(text, opts, tree)
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	return plan
}

// written is a tree with a plan carried out.
func written(plan *Plan, tree fstest.MapFS) fstest.MapFS {
	tree = maps.Clone(tree)
	if tree == nil {
		tree = fstest.MapFS{}
	}
	for _, c := range plan.Changes {
		switch c.Action {
		case Keep:
		case Remove:
			delete(tree, c.Path)
		default:
			tree[c.Path] = &fstest.MapFile{Data: c.Content}
		}
	}
	return tree
}

// rendering is the tree that a first render of an input writes.
func rendering(t *testing.T, text string) fstest.MapFS {
	t.Helper()
	return written(mustPlan(t, text, Options{}, fstest.MapFS{}), nil)
}

// settled takes an input through the pipeline up to the complete objects of its one ring.
func settled(t *testing.T, text string, opts Options, tree fs.FS) (*Ring, Problems) {
	t.Helper()
	if opts.Config == nil {
		opts.Config = DefaultConfig()
	}
	docs, problems := parseSource(input(text))
	if len(docs) != 1 {
		t.Fatalf("want one document, got %d: %v", len(docs), problems)
	}
	ring, problems := readRing(docs[0], &opts)
	if ring == nil {
		return nil, problems
	}
	p := planner{opts: &opts, tree: rendered{tree}}
	return ring, append(problems, p.settle(docs[0], ring)...)
}

// manifest reads a file of a tree that holds one object.
func manifest(t *testing.T, tree fs.FS, path string) (object map[string]any) {
	t.Helper()
	content, err := fs.ReadFile(tree, path)
	if err == nil {
		err = yaml.Unmarshal(content, &object)
	}
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// texts are the problems as they are printed.
func texts(problems Problems) (lines []string) {
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	return lines
}

func clusterNames(ring *Ring) string {
	var names []string
	for _, c := range ring.Clusters {
		names = append(names, c.Name)
	}
	return strings.Join(names, " ")
}

func ordered(text, annotation string) string {
	return strings.Replace(text, "  name: demo\n", "  name: demo\n  annotations: {casskop-gitops.dev/rollout-order: "+annotation+"}\n", 1)
}

func TestOrderOfClusters(t *testing.T) {
	swapped := multi(inZone(), holding("k3", dc("dc3", "r1")), holding("k1", dc("dc1", "r1")), holding("k2", dc("dc2", "r1")))
	for name, test := range map[string]struct {
		input string
		opts  Options
		want  string
	}{
		"the order of the keys when nothing else is said": {input: swapped, want: "k3 k1 k2"},
		"the annotation goes before the order of the keys": {
			input: ordered(swapped, `"k2, k3,k1"`), want: "k2 k3 k1",
		},
		"the flags go before the annotation": {
			input: ordered(swapped, `"k2,k3,k1"`), opts: Options{Local: "k1", Remotes: []string{"k3", "k2"}}, want: "k1 k3 k2",
		},
		"the flags go before the order of the keys": {input: swapped, opts: Options{Local: "k1", Remotes: []string{"k2", "k3"}}, want: "k1 k2 k3"},
		"--remote alone will do":                    {input: swapped, opts: Options{Remotes: []string{"k2", "k1", "k3"}}, want: "k2 k1 k3"},
		"keys that come in by a merge key follow those that stand in the file": {
			input: "x: {shared: &shared {k1: {spec: {topology: {dc: [{name: dc1}]}}}}}\n" + replaced(t, threeClusters(), holding("k1", dc("dc1", "r1")), "<<: *shared"),
			want:  "k2 k3 k1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan := mustPlan(t, test.input, test.opts, fstest.MapFS{})
			if diff := cmp.Diff(test.want, clusterNames(plan.Rings[0])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOrderThatDoesNotFitTheOverrides(t *testing.T) {
	for name, test := range map[string]struct {
		input string
		opts  Options
		want  []string
	}{
		"a name without an override, and overrides without a place": {
			opts: Options{Local: "k1", Remotes: []string{"k4"}},
			want: []string{
				"multi-casskop.yaml:11:3: spec.override: cluster k4 stands in --local and --remote and has no override (there are: k1, k2, k3); " +
					"write spec.override.k4: {} for one that takes the base as it is",
				"multi-casskop.yaml:13:5: spec.override.k2: cluster k2 has an override but no place in --local and --remote (k1, k4); add it there, or remove its override",
				"multi-casskop.yaml:14:5: spec.override.k3: cluster k3 has an override but no place in --local and --remote (k1, k4); add it there, or remove its override",
			},
		},
		"an annotation that names a cluster twice": {
			input: ordered(threeClusters(), `"k1,k2,k3,k1"`),
			want: []string{"multi-casskop.yaml:5:51: metadata.annotations[casskop-gitops.dev/rollout-order]: cluster k1 stands twice in annotation " +
				"casskop-gitops.dev/rollout-order; remove one of the two"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if test.input == "" {
				test.input = threeClusters()
			}
			plan, problems := tryPlan(test.input, test.opts, fstest.MapFS{})
			if plan != nil {
				t.Error("there is a plan")
			}
			if diff := cmp.Diff(test.want, texts(problems)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFlagsOrderAllRings(t *testing.T) {
	second := replaced(t, threeClusters(), "name: demo", "name: other")
	plan, problems := Make([]Source{{Name: "a.yaml", Data: []byte(threeClusters())}, {Name: "b.yaml", Data: []byte(ordered(second, `"k2,k1,k3"`))}},
		Options{Local: "k3", Remotes: []string{"k1", "k2"}}, fstest.MapFS{}, nil)
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, ring := range plan.Rings {
		if diff := cmp.Diff("k3 k1 k2", clusterNames(ring)); diff != "" {
			t.Errorf("ring %s (-want +got):\n%s", ring.Name, diff)
		}
	}
}

func TestRevisionDependsOnTheOrder(t *testing.T) {
	inOrder := func(first string, others ...string) string {
		// the seeds are given, so that they do not change with the order
		text := replaced(t, threeClusters(), "    metadata: {name: demo}\n", "    metadata: {name: demo}\n    status: {seedlist: [demo-dc1-r1-0.example.com]}\n")
		return mustPlan(t, text, Options{Local: first, Remotes: others}, fstest.MapFS{}).Rings[0].Revision
	}
	first, again, other := inOrder("k1", "k2", "k3"), inOrder("k1", "k2", "k3"), inOrder("k1", "k3", "k2")
	if first == other {
		t.Error("the revision is the same for another order")
	}
	if first != again {
		t.Error("the revision differs for the same order")
	}
}
