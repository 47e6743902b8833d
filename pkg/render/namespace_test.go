package render

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

func TestNamespace(t *testing.T) {
	// each of the four places, from the last that is asked to the first
	whole := func(own, base, override string) string {
		if own != "" {
			own = "metadata: {namespace: " + own + "}\n"
		}
		return "apiVersion: db.orange.com/v2\nkind: MultiCasskop\n" + own + "spec:\n  deleteCassandraCluster: false\n" +
			"  base: {metadata: {name: demo" + base + "}}\n  override:\n    k1: {" + override + "}\n"
	}
	const inBase, inOverride = ", namespace: base", "metadata: {namespace: override}"
	flag := Options{Namespace: "flag"}
	for name, test := range map[string]struct {
		input string
		opts  Options
		want  string
	}{
		"the override goes before everything":                    {input: whole("own", inBase, inOverride), opts: flag, want: "override"},
		"the base goes before the MultiCasskop and the flag":     {input: whole("own", inBase, ""), opts: flag, want: "base"},
		"the MultiCasskop's own goes before the flag":            {input: whole("own", "", ""), opts: flag, want: "own"},
		"the flag when nothing else is said":                     {input: whole("", "", ""), opts: flag, want: "flag"},
		"an override that empties the base's goes down the list": {input: whole("own", inBase, `metadata: {namespace: ""}`), opts: flag, want: "own"},
	} {
		t.Run(name, func(t *testing.T) {
			ring, problems := settled(t, test.input, test.opts, fstest.MapFS{})
			if ring == nil {
				t.Fatal(problems)
			}
			c := ring.Clusters[0]
			if diff := cmp.Diff([]any{test.want, test.want}, []any{c.Namespace, c.Object["metadata"].(map[string]any)["namespace"]}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	plan, problems := tryPlan(whole("", "", ""), Options{}, fstest.MapFS{})
	want := []string{"multi-casskop.yaml:7:5: spec.override.k1.metadata.namespace: no namespace for cluster k1; " +
		"set it in the override, in spec.base, in the MultiCasskop's own metadata, or with --namespace"}
	if diff := cmp.Diff(want, texts(problems)); diff != "" || plan != nil {
		t.Errorf("without any: plan %v, problems (-want +got):\n%s", plan, diff)
	}
}

// namespacesIn lists what a document says of namespaces, by path.
func namespacesIn(at string, v any, found map[string]any) {
	switch e := v.(type) {
	case map[string]any:
		for k, item := range e {
			if k == "namespace" || k == "kubernetes.io/metadata.name" {
				found[at+"."+k] = item
				continue
			}
			namespacesIn(at+"."+k, item, found)
		}
	case []any:
		for _, item := range e {
			namespacesIn(at, item, found)
		}
	}
}

func TestEachClusterHasItsOwnNamespace(t *testing.T) {
	tree := rendering(t, multi(inZone(),
		`k1: {metadata: {namespace: one}, spec: {topology: {dc: [{name: dc1}]}}}`,
		`k2: {metadata: {namespace: two}, spec: {topology: {dc: [{name: dc2}]}}}`))
	got := map[string]any{}
	for path, file := range tree {
		rest, found := strings.CutPrefix(path, clustersDir+"/k2/demo/")
		if !found {
			continue
		}
		for _, text := range strings.Split(string(file.Data), "\n---\n") {
			var object map[string]any
			if err := yaml.Unmarshal([]byte(text), &object); err != nil {
				t.Fatal(err)
			}
			meta, _ := object["metadata"].(map[string]any) // a kustomization has none
			namespacesIn(fmt.Sprint(rest, " ", object["kind"], " ", meta["name"]), object, got)
		}
	}
	want := map[string]any{
		"kustomization.yaml Kustomization <nil>.namespace":                                                          "two",
		"gate/gate.yaml Gate demo.metadata.namespace":                                                               "two",
		"gate/gate.yaml Gate demo.spec.waitFor.namespace":                                                           "one",
		"gate/policy-binding.yaml ValidatingAdmissionPolicyBinding casskop-gitops-two.demo.spec.paramRef.namespace": "two",
		"gate/policy-binding.yaml ValidatingAdmissionPolicyBinding casskop-gitops-two.demo.spec.matchResources.namespaceSelector.matchLabels.kubernetes.io/metadata.name": "two",
		"gate/rbac.yaml Role demo-gate-secrets.metadata.namespace":               "two",
		"gate/rbac.yaml RoleBinding demo-gate-secrets.metadata.namespace":        "two",
		"gate/rbac.yaml RoleBinding demo-gate-secrets.subjects.namespace":        "casskop-gitops-system",
		"gate/rbac.yaml Role casskop-gitops-two.demo.metadata.namespace":         "flux-system",
		"gate/rbac.yaml RoleBinding casskop-gitops-two.demo.metadata.namespace":  "flux-system",
		"gate/rbac.yaml RoleBinding casskop-gitops-two.demo.subjects.namespace":  "casskop-gitops-system",
		"gate/rbac.yaml ServiceAccount casskop-gitops-reader.metadata.namespace": "two",
		"gate/rbac.yaml Role demo-gate-reader.metadata.namespace":                "two",
		"gate/rbac.yaml RoleBinding demo-gate-reader.metadata.namespace":         "two",
		"gate/rbac.yaml RoleBinding demo-gate-reader.subjects.namespace":         "two",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A ring and a namespace may share their dashes out otherwise: both would have one policy binding, and one of them no hold.
func TestTwoRingsOfOneClusterShareNoBinding(t *testing.T) {
	in := func(namespace, name string) string {
		return replaced(t, replaced(t, threeClusters(), "namespace: cassandra", "namespace: "+namespace), "{name: demo}", "{name: "+name+"}")
	}
	tree := written(mustPlan(t, in("a-b", "c"), Options{}, fstest.MapFS{}), nil)
	tree = written(mustPlan(t, in("a", "b-c"), Options{Allow: Rules()}, fstest.MapFS{}), tree)
	one := manifest(t, tree, overlayPath("k1", "c", "gate/policy-binding.yaml"))["metadata"].(map[string]any)["name"]
	other := manifest(t, tree, overlayPath("k1", "b-c", "gate/policy-binding.yaml"))["metadata"].(map[string]any)["name"]
	if one == other {
		t.Errorf("both are named %s", one)
	}
}
