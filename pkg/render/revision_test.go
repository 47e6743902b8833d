package render

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// revisionInput has a value of every kind in the base and in each override, in block style.
const revisionInput = `apiVersion: db.orange.com/v2
kind: MultiCasskop
metadata: {name: demo, namespace: cassandra}
spec:
  deleteCassandraCluster: false
  base:
    metadata:
      name: demo
    spec:
      cassandraImage: cassandra:4.0.4
      resources: {requests: {cpu: 1}}
      config:
        cassandra-yaml:
          num_tokens: 16
      service:
        annotations:
          external-dns.alpha.kubernetes.io/hostname: example.com
  override:
    k1:
      metadata: {annotations: {team: one}}
      spec:
        nodesPerRacks: 2
        topology: {dc: [{name: dc1, rack: [{name: r1, labels: {zone: a}}]}]}
    k2:
      metadata: {annotations: {team: two}}
      spec:
        topology: {dc: [{name: dc2, rack: [{name: r1, labels: {zone: b}}]}]}
`

func revisionOf(t *testing.T, text string, opts Options) string {
	t.Helper()
	revision := mustPlan(t, text, opts, fstest.MapFS{}).Rings[0].Revision
	if len(revision) != revisionLength || strings.Trim(revision, "0123456789abcdef") != "" {
		t.Fatalf("want %d hexadecimal digits, got %q", revisionLength, revision)
	}
	return revision
}

func TestRevisionChangesWithAnyObjectOfTheRing(t *testing.T) {
	was := revisionOf(t, revisionInput, Options{})
	for name, test := range map[string]struct {
		edit edit
		opts Options
	}{
		"a field of the base":                   {edit: edit{"cassandra:4.0.4", "cassandra:4.0.5"}},
		"deep in the base's config":             {edit: edit{"num_tokens: 16", "num_tokens: 17"}},
		"the type of a value":                   {edit: edit{"num_tokens: 16", `num_tokens: "16"`}},
		"a field of the first cluster":          {edit: edit{"nodesPerRacks: 2", "nodesPerRacks: 3"}},
		"an annotation of the first cluster":    {edit: edit{"team: one", "team: three"}},
		"an annotation of the last cluster":     {edit: edit{"team: two", "team: three"}},
		"a label of a rack in the first":        {edit: edit{"zone: a", "zone: c"}},
		"a label of a rack in the last":         {edit: edit{"zone: b", "zone: c"}},
		"a label of all":                        {edit: edit{"      name: demo\n", "      name: demo\n      labels: {a: b}\n"}},
		"a quantity":                            {edit: edit{"cpu: 1}", "cpu: 1100m}"}},
		"the namespace":                         {edit: edit{"namespace: cassandra", "namespace: other"}},
		"the API version":                       {edit: edit{"apiVersion: db.orange.com/v2", "apiVersion: db.orange.com/v1alpha1"}},
		"a field that the schema does not know": {edit: edit{"      cassandraImage:", "      futureField: 1\n      cassandraImage:"}},
		"another name of a cluster":             {edit: edit{"    k2:", "    k3:"}},
		"one more cluster":                      {edit: edit{"    k2:", "    k3: {spec: {topology: {dc: [{name: dc3}]}}}\n    k2:"}},
		"seeds that are given":                  {edit: edit{"    spec:\n      cassandraImage", "    status: {seedlist: [demo-dc1-r1-0.example.com]}\n    spec:\n      cassandraImage"}},
		"seeds in another order":                {edit: edit{"    spec:\n      cassandraImage", "    status: {seedlist: [demo-dc1-r1-1.example.com, demo-dc1-r1-0.example.com, demo-dc2-r1-0.example.com]}\n    spec:\n      cassandraImage"}},
		"no seeds":                              {edit: edit{"demo", "demo"}, opts: unmanaged()},
		"another order of the clusters":         {edit: edit{"demo", "demo"}, opts: Options{Local: "k2", Remotes: []string{"k1"}}},
		"deleteCassandraCluster":                {edit: edit{"deleteCassandraCluster: false", "deleteCassandraCluster: true"}},
	} {
		t.Run(name, func(t *testing.T) {
			if is := revisionOf(t, replaced(t, revisionInput, test.edit[0], test.edit[1]), test.opts); is == was {
				t.Errorf("the revision is still %s", is)
			}
		})
	}
}

func TestRevisionOfTheSameObjectsStays(t *testing.T) {
	options := func(change func(*v1alpha1.RenderConfig)) Options {
		opts := Options{Config: DefaultConfig()}
		change(opts.Config)
		return opts
	}
	was := revisionOf(t, revisionInput, Options{})
	for name, test := range map[string]struct {
		edit edit
		opts Options
	}{
		"the same input":             {},
		"a comment":                  {edit: edit{"    k2:\n", "    # the second\n    k2: # here\n"}},
		"flow in place of block":     {edit: edit{"        cassandra-yaml:\n          num_tokens: 16\n", "        cassandra-yaml: {num_tokens: 16}\n"}},
		"quotes":                     {edit: edit{"cassandra:4.0.4", `"cassandra:4.0.4"`}},
		"keys in another order":      {edit: edit{"{name: r1, labels: {zone: a}}", "{labels: {zone: a}, name: r1}"}},
		"a quantity in another form": {edit: edit{"cpu: 1}", "cpu: 1000m}"}},
		"an anchor":                  {edit: edit{"zone: a", "zone: &zone a"}},
		"an empty mapping":           {edit: edit{"        nodesPerRacks: 2\n", "        nodesPerRacks: 2\n        resources: {}\n"}},
		"what the base says said again in an override": {edit: edit{"        nodesPerRacks: 2", "        cassandraImage: cassandra:4.0.4\n        nodesPerRacks: 2"}},
		"the default order, by flags":                  {opts: Options{Local: "k1", Remotes: []string{"k2"}}},
		"the default order, by the annotation":         {edit: edit{"metadata: {name: demo, ", `metadata: {annotations: {casskop-gitops.dev/rollout-order: "k1,k2"}, name: demo, `}},
		"options of the gate": {opts: options(func(c *v1alpha1.RenderConfig) {
			c.Gate.Serialize, c.Gate.Hold, c.Gate.Reader = v1alpha1.SerializeChain, []string{"k2"}, "cassandra-operator"
			c.Gate.Seeds.Policy, c.Gate.Secrets = v1alpha1.SeedPolicyWarn, map[string]string{"k1": "other"}
			c.Gate.Admission = map[string]string{"k1": v1alpha1.AdmissionWebhook}
			c.Gate.StableFor.Duration *= 2
		})},
		"options of Flux": {opts: options(func(c *v1alpha1.RenderConfig) {
			c.Flux.Path, c.Flux.Namespace, c.Flux.SourceRef.Name = "deploy", "gitops", "repo"
			c.Flux.Interval.Duration *= 2
		})},
		"no sync": {opts: options(func(c *v1alpha1.RenderConfig) { c.Sync = []string{v1alpha1.SyncNone} })},
	} {
		t.Run(name, func(t *testing.T) {
			text := revisionInput
			if test.edit[0] != "" {
				text = replaced(t, text, test.edit[0], test.edit[1])
			}
			if diff := cmp.Diff(was, revisionOf(t, text, test.opts)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRevisionStandsOnEveryObjectAndGate(t *testing.T) {
	plan := mustPlan(t, revisionInput, Options{}, fstest.MapFS{})
	tree := written(plan, nil)
	for _, cluster := range []string{"k1", "k2"} {
		object := buildOne(t, inMemory(t, plan), overlayPath(cluster, "demo", ""))
		gate := manifest(t, tree, overlayPath(cluster, "demo", "gate/gate.yaml"))
		want := []any{plan.Rings[0].Revision, plan.Rings[0].Revision}
		got := []any{object["metadata"].(map[string]any)["annotations"].(map[string]any)[v1alpha1.AnnotationRevision], gate["spec"].(map[string]any)["revision"]}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", cluster, diff)
		}
	}
}

func TestRevertBringsTheRevisionBack(t *testing.T) {
	first := mustPlan(t, revisionInput, Options{}, fstest.MapFS{})
	tree := written(first, nil)
	second := mustPlan(t, replaced(t, revisionInput, "cassandra:4.0.4", "cassandra:4.0.5"), Options{}, tree)
	third := mustPlan(t, revisionInput, Options{}, written(second, tree))
	if second.Rings[0].Revision == first.Rings[0].Revision {
		t.Error("the revision did not change")
	}
	if diff := cmp.Diff(tree, written(third, written(second, tree))); diff != "" {
		t.Errorf("the tree is not as it was (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(first.Rings[0].Revision, third.Rings[0].Revision); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
