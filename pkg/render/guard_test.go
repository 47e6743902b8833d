package render

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// guardInput is a ring of two clusters, the first of which holds two datacenters.
func guardInput() string {
	return multi(inZone("nodesPerRacks: 2, dataCapacity: 10Gi, dataStorageClass: fast, cassandraImage: c:1"),
		holding("k1", dc("dc1", "r1", "r2"), dc("dc4", "r1")), holding("k2", dc("dc2", "r1")))
}

const otherVolumes = "; for other volumes add a datacenter and empty this one"

// guardHints are what each rule advises, beside how to pass it.
var guardHints = map[Rule][]string{
	RuleDataCapacity:        {"put it back" + otherVolumes},
	RuleStorageClass:        {"put it back" + otherVolumes},
	RuleStorageConfigs:      {"put them back" + otherVolumes},
	RuleRacksChanged:        {"put them back; for other racks add a datacenter and empty this one"},
	RuleNumTokens:           {"put it back; for other tokens add a datacenter and empty this one"},
	RuleNamespaceChanged:    {"put it back; to move, add a datacenter in the new namespace and empty this one"},
	RuleLabelsChanged:       {"put them back; use annotations"},
	RuleScaleDownWithUpdate: {"scale down in a commit of its own"},
	RuleDuplicateDatacenter: {"give each cluster's datacenters names of their own"},
	RuleZeroNodes:           {"set nodesPerRacks: 0 on the one datacenter that is to be emptied", "write the number that is meant"},
	RuleDatacenterRenamed:   {"add the new datacenter first; then scale the old one to 0 and remove it, each in a commit of its own"},
	RuleDatacentersRemoved:  {"remove one, roll it out, then the next"},
	RuleDatacenterNotEmpty:  {"change the replication of its keyspaces, set nodesPerRacks: 0 on dc4, roll that out, then remove it"},
	RuleRemovedCluster:      {leaveSafely, "give all MultiCasskops of this tree in one run (-f a.yaml -f b.yaml, or -f DIR); " + leaveSafely},
}

const leaveSafely = "to take a datacenter out of a ring: change the replication of its keyspaces, scale it to 0 nodes, roll that out, then remove the cluster"

// withoutHints are problems as they are printed, less what to do about them.
func withoutHints(problems Problems) (lines []string) {
	for _, p := range problems {
		p.Hint = ""
		lines = append(lines, strings.TrimPrefix(p.String(), "multi-casskop.yaml:"))
	}
	return lines
}

func TestGuardRails(t *testing.T) {
	for name, test := range map[string]struct {
		before, after []edit // of guardInput, one after the other
		want          []string
	}{
		"nothing changes":  {},
		"an image changes": {after: []edit{{"c:1", "c:2"}}},

		"duplicate-datacenter: a datacenter of another cluster": {
			after: []edit{{"{name: dc2, ", "{name: dc1, "}},
			want: []string{
				`13:40: spec.override.k2.spec.topology.dc[0].name: "dc1": cluster k2: datacenter dc2 is gone and dc1 is new: CassKop takes this for a change of name and puts the old topology back [datacenter-renamed]`,
				`13:40: spec.override.k2.spec.topology.dc[0].name: "dc1": datacenter dc1 is in cluster k1 already [duplicate-datacenter]`,
			},
		},
		"zero-nodes: nodesPerRacks: 0 for the whole cluster": {
			before: []edit{{"nodesPerRacks: 2", "nodesPerRacks: 1"}},
			after:  []edit{{"k2: {spec: {", "k2: {spec: {nodesPerRacks: 0, "}},
			want: []string{
				`13:10: spec.override.k2.spec: cluster k2: nodesPerRacks was 1 and is gone: CassKop reads 0, refuses it and puts the old value back [zero-nodes]`,
				`13:32: spec.override.k2.spec.nodesPerRacks: 0: CassKop refuses 0 nodes for a whole cluster, and reads a missing value as 1 [zero-nodes]`,
			},
		},
		"zero-nodes: nodesPerRacks that vanishes": {after: []edit{{"nodesPerRacks: 2, ", ""}}, want: []string{
			`12:10: spec.override.k1.spec: cluster k1: nodesPerRacks was 2 and is gone: CassKop reads 0, refuses it and puts the old value back [zero-nodes]`,
			`13:10: spec.override.k2.spec: cluster k2: nodesPerRacks was 2 and is gone: CassKop reads 0, refuses it and puts the old value back [zero-nodes]`,
		}},
		"zero-nodes: 0 for one datacenter passes": {after: []edit{{"name: dc4", "name: dc4, nodesPerRacks: 0"}}},

		"data-capacity: of the spec": {after: []edit{{"dataCapacity: 10Gi", "dataCapacity: 20Gi"}}, want: []string{
			`10:126: spec.base.spec.dataCapacity: "20Gi": cluster k1: dataCapacity of datacenter dc1 was 10Gi: CassKop refuses to change it and puts the old value back [data-capacity]`,
			`10:126: spec.base.spec.dataCapacity: "20Gi": cluster k1: dataCapacity of datacenter dc4 was 10Gi: CassKop refuses to change it and puts the old value back [data-capacity]`,
			`10:126: spec.base.spec.dataCapacity: "20Gi": cluster k2: dataCapacity of datacenter dc2 was 10Gi: CassKop refuses to change it and puts the old value back [data-capacity]`,
		}},
		"data-capacity: of one datacenter": {
			after: []edit{{"name: dc4", "name: dc4, dataCapacity: 20Gi, dataStorageClass: fast"}}, want: []string{
				`12:104: spec.override.k1.spec.topology.dc[1].dataCapacity: "20Gi": cluster k1: dataCapacity of datacenter dc4 was 10Gi: CassKop refuses to change it and puts the old value back [data-capacity]`,
			},
		},
		"data-capacity: of the spec passes for datacenters that have their own": {
			before: []edit{{"name: dc1", "name: dc1, dataCapacity: 5Gi, dataStorageClass: fast"}, {"name: dc2", "name: dc2, dataCapacity: 5Gi, dataStorageClass: fast"},
				{"name: dc4", "name: dc4, dataCapacity: 5Gi, dataStorageClass: fast"}},
			after: []edit{{"dataCapacity: 10Gi", "dataCapacity: 20Gi"}},
		},
		"data-capacity: the same for one datacenter passes, with the storage class that CassKop then reads there": {
			after: []edit{{"name: dc4", "name: dc4, dataCapacity: 10Gi, dataStorageClass: fast"}},
		},

		"storage-class: of the spec": {after: []edit{{"dataStorageClass: fast", "dataStorageClass: slow"}}, want: []string{
			`10:150: spec.base.spec.dataStorageClass: "slow": cluster k1: dataStorageClass of datacenter dc1 was fast: CassKop refuses to change it and puts the old value back [storage-class]`,
			`10:150: spec.base.spec.dataStorageClass: "slow": cluster k1: dataStorageClass of datacenter dc4 was fast: CassKop refuses to change it and puts the old value back [storage-class]`,
			`10:150: spec.base.spec.dataStorageClass: "slow": cluster k2: dataStorageClass of datacenter dc2 was fast: CassKop refuses to change it and puts the old value back [storage-class]`,
		}},
		"storage-class: of one datacenter, which CassKop reads where that has its own dataCapacity": {
			before: []edit{{"name: dc4", "name: dc4, dataCapacity: 10Gi, dataStorageClass: fast"}},
			after:  []edit{{"name: dc4, dataCapacity: 10Gi, dataStorageClass: fast", "name: dc4, dataCapacity: 10Gi, dataStorageClass: slow"}},
			want: []string{
				`12:128: spec.override.k1.spec.topology.dc[1].dataStorageClass: "slow": cluster k1: dataStorageClass of datacenter dc4 was fast: CassKop refuses to change it and puts the old value back [storage-class]`,
			},
		},
		"storage-class: its own dataCapacity alone takes the class of the spec from a datacenter": {
			after: []edit{{"name: dc4", "name: dc4, dataCapacity: 10Gi"}}, want: []string{
				`12:78: spec.override.k1.spec.topology.dc[1].dataStorageClass: "": cluster k1: dataStorageClass of datacenter dc4 was fast: CassKop refuses to change it and puts the old value back [storage-class]`,
			},
		},
		"storage-class: of a datacenter without its own dataCapacity passes, CassKop does not read it": {
			after: []edit{{"name: dc4", "name: dc4, dataStorageClass: slow"}},
		},

		"racks-changed: one is added": {after: []edit{{"[{name: r1}, {name: r2}]", "[{name: r1}, {name: r2}, {name: r3}]"}}, want: []string{
			`12:45: spec.override.k1.spec.topology.dc[0].rack: ["r1","r2","r3"]: cluster k1: racks of datacenter dc1 were r1, r2: CassKop refuses to add, remove, rename or reorder racks and puts the old topology back [racks-changed]`,
		}},
		"racks-changed: one is removed": {after: []edit{{"[{name: r1}, {name: r2}]", "[{name: r1}]"}}, want: []string{
			`12:45: spec.override.k1.spec.topology.dc[0].rack: ["r1"]: cluster k1: racks of datacenter dc1 were r1, r2: CassKop refuses to add, remove, rename or reorder racks and puts the old topology back [racks-changed]`,
		}},
		"racks-changed: one is renamed": {after: []edit{{"{name: r2}", "{name: r3}"}}, want: []string{
			`12:45: spec.override.k1.spec.topology.dc[0].rack: ["r1","r3"]: cluster k1: racks of datacenter dc1 were r1, r2: CassKop refuses to add, remove, rename or reorder racks and puts the old topology back [racks-changed]`,
		}},
		"racks-changed: reordered": {after: []edit{{"[{name: r1}, {name: r2}]", "[{name: r2}, {name: r1}]"}}, want: []string{
			`12:45: spec.override.k1.spec.topology.dc[0].rack: ["r2","r1"]: cluster k1: racks of datacenter dc1 were r1, r2: CassKop refuses to add, remove, rename or reorder racks and puts the old topology back [racks-changed]`,
		}},
		"racks-changed: labels of a rack pass": {
			after: []edit{{"{name: r2}", "{name: r2, labels: {zone: b}}"}},
		},
		"racks-changed: no rack is rack1": {
			before: []edit{{"name: dc2, rack: [{name: r1}]", "name: dc2"}}, after: []edit{{"name: dc2", "name: dc2, rack: [{name: rack1}]"}},
		},

		"datacenter-renamed": {after: []edit{{"name: dc4", "name: dc5"}}, want: []string{
			`12:85: spec.override.k1.spec.topology.dc[1].name: "dc5": cluster k1: datacenter dc4 is gone and dc5 is new: CassKop takes this for a change of name and puts the old topology back [datacenter-renamed]`,
		}},
		"datacenter-renamed: one that is added passes": {after: []edit{{"{name: dc4", "{name: dc5, rack: [{name: r1}]}, {name: dc4"}}},

		"datacenters-removed: two at once": {
			before: []edit{{"{name: dc4", "{name: dc5, nodesPerRacks: 0, rack: [{name: r1}]}, {name: dc4, nodesPerRacks: 0"}},
			after:  []edit{{", {name: dc5, nodesPerRacks: 0, rack: [{name: r1}]}, {name: dc4, nodesPerRacks: 0, rack: [{name: r1}]}", ""}},
			want: []string{
				`12:17: spec.override.k1.spec.topology: cluster k1: datacenters dc5, dc4 are removed at once: CassKop removes one at a time and puts the old topology back [datacenters-removed]`,
			},
		},
		"datacenter-not-empty: removed with nodes": {after: []edit{{", {name: dc4, rack: [{name: r1}]}", ""}}, want: []string{
			`12:17: spec.override.k1.spec.topology: cluster k1: datacenter dc4 is removed but has 2 nodes: CassKop puts it back [datacenter-not-empty]`,
		}},
		"datacenter-not-empty: removed at 0 nodes passes": {
			before: []edit{{"name: dc4", "name: dc4, nodesPerRacks: 0"}}, after: []edit{{", {name: dc4, nodesPerRacks: 0, rack: [{name: r1}]}", ""}},
		},

		"removed-cluster: a cluster leaves": {after: []edit{{"    " + holding("k2", dc("dc2", "r1")) + "\n", ""}}, want: []string{
			`11:3: spec.override: cluster k2 leaves ring demo: it is rendered in clusters/k2/demo [removed-cluster]`,
		}},
		"removed-cluster: a cluster that is added passes": {
			after: []edit{{holding("k2", dc("dc2", "r1")), holding("k2", dc("dc2", "r1")) + "\n    " + holding("k3", dc("dc3", "r1"))}},
		},
		"removed-cluster: a ring gets another name": {after: []edit{{"name: demo}", "name: other}"}}, want: []string{
			`clusters/k1/demo/override.yaml:1: ring demo is rendered here and is not in the input [removed-cluster]`,
			`clusters/k2/demo/override.yaml:1: ring demo is rendered here and is not in the input [removed-cluster]`,
		}},

		"labels-changed: one is added": {after: []edit{{"metadata: {name: demo}", "metadata: {name: demo, labels: {a: b}}"}}, want: []string{
			`9:28: spec.base.metadata.labels: {"a":"b"}: cluster k1: labels were not set: CassKop puts them into the selector of its StatefulSets, which Kubernetes refuses to change, and CassKop would try for ever [labels-changed]`,
			`9:28: spec.base.metadata.labels: {"a":"b"}: cluster k2: labels were not set: CassKop puts them into the selector of its StatefulSets, which Kubernetes refuses to change, and CassKop would try for ever [labels-changed]`,
		}},
		"labels-changed: one is changed": {before: []edit{{"metadata: {name: demo}", "metadata: {name: demo, labels: {a: b}}"}}, after: []edit{{"labels: {a: b}", "labels: {a: c}"}}, want: []string{
			`9:28: spec.base.metadata.labels: {"a":"c"}: cluster k1: labels were {"a":"b"}: CassKop puts them into the selector of its StatefulSets, which Kubernetes refuses to change, and CassKop would try for ever [labels-changed]`,
			`9:28: spec.base.metadata.labels: {"a":"c"}: cluster k2: labels were {"a":"b"}: CassKop puts them into the selector of its StatefulSets, which Kubernetes refuses to change, and CassKop would try for ever [labels-changed]`,
		}},
		"labels-changed: an annotation passes": {after: []edit{{"metadata: {name: demo}", "metadata: {name: demo, annotations: {a: b}}"}}},
		"labels-changed: empty ones pass":      {after: []edit{{"metadata: {name: demo}", "metadata: {name: demo, labels: {}}"}}},

		"storage-configs: one is added": {
			after: []edit{{"cassandraImage", "storageConfigs: [{name: s, mountPath: /s, pvcSpec: {resources: {requests: {storage: 1Gi}}}}], cassandraImage"}}, want: []string{
				`10:156: spec.base.spec.storageConfigs: cluster k1: storageConfigs changed: they are volumeClaimTemplates, which Kubernetes refuses to change, and CassKop would try for ever [storage-configs]`,
				`10:156: spec.base.spec.storageConfigs: cluster k2: storageConfigs changed: they are volumeClaimTemplates, which Kubernetes refuses to change, and CassKop would try for ever [storage-configs]`,
			},
		},
		"storage-configs: another size": {
			before: []edit{{"cassandraImage", "storageConfigs: [{name: s, mountPath: /s, pvcSpec: {resources: {requests: {storage: 1Gi}}}}], cassandraImage"}},
			after:  []edit{{"storage: 1Gi", "storage: 2Gi"}},
			want: []string{
				`10:156: spec.base.spec.storageConfigs: cluster k1: storageConfigs changed: they are volumeClaimTemplates, which Kubernetes refuses to change, and CassKop would try for ever [storage-configs]`,
				`10:156: spec.base.spec.storageConfigs: cluster k2: storageConfigs changed: they are volumeClaimTemplates, which Kubernetes refuses to change, and CassKop would try for ever [storage-configs]`,
			},
		},
		"storage-configs: the same size in another form passes": {
			before: []edit{{"cassandraImage", "storageConfigs: [{name: s, mountPath: /s, pvcSpec: {resources: {requests: {storage: 1Gi}}}}], cassandraImage"}},
			after:  []edit{{"storage: 1Gi", "storage: 1024Mi"}, {"c:1", "c:2"}},
		},

		"namespace-changed": {after: []edit{{"namespace: cassandra", "namespace: other"}}, want: []string{
			`12:5: spec.override.k1.metadata.namespace: "other": cluster k1: the namespace was cassandra: a second CassandraCluster would start here, and nothing moves the data [namespace-changed]`,
			`13:5: spec.override.k2.metadata.namespace: "other": cluster k2: the namespace was cassandra: a second CassandraCluster would start here, and nothing moves the data [namespace-changed]`,
		}},
		"num-tokens": {after: []edit{{"name: dc4", "name: dc4, numTokens: 16"}}, want: []string{
			`12:101: spec.override.k1.spec.topology.dc[1].numTokens: 16: cluster k1: numTokens of datacenter dc4 was not set: CassKop refuses to change it and puts the old topology back [num-tokens]`,
		}},
		"scale-down-with-update": {
			after: []edit{{"name: dc4", "name: dc4, nodesPerRacks: 1"}, {"c:1", "c:2"}}, want: []string{
				`12:105: spec.override.k1.spec.topology.dc[1].nodesPerRacks: 1: cluster k1: datacenter dc4 had 2 nodes per rack, and cassandraImage changes too: CassKop would take a node of each rack away without decommission, with the data that only it has [scale-down-with-update]`,
			},
		},
		"scale-down-with-update: a scale-down alone passes": {after: []edit{{"name: dc4", "name: dc4, nodesPerRacks: 1"}}},
		"scale-down-with-update: a scale-up passes":         {after: []edit{{"name: dc4", "name: dc4, nodesPerRacks: 3"}, {"c:1", "c:2"}}},
	} {
		t.Run(name, func(t *testing.T) {
			before := guardInput()
			for _, e := range test.before {
				before = replaced(t, before, e[0], e[1])
			}
			after := before
			for _, e := range test.after {
				after = replaced(t, after, e[0], e[1])
			}
			tree := rendering(t, before)
			_, problems := tryPlan(after, Options{}, tree)
			errs := problems.Errors()
			if diff := cmp.Diff(test.want, withoutHints(errs)); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
			checkPassing(t, name, after, tree, errs)
		})
	}
}

// checkPassing allows the rules of errs, which then must be warnings of a complete plan.
func checkPassing(t *testing.T, name, text string, tree fstest.MapFS, errs Problems) {
	t.Helper()
	var allow []Rule
	for _, p := range errs {
		hint, passes := strings.CutSuffix(p.Hint, "; to pass: --allow "+string(p.Rule))
		if p.File == "" || p.Line == 0 || !slices.Contains(guardHints[p.Rule], hint) || !passes {
			t.Errorf("want a file, a line, what to do and how to pass in %#v", p)
		}
		allow = append(allow, p.Rule)
	}
	if rule, _, _ := strings.Cut(name, ":"); len(errs) > 0 && !slices.Contains(allow, Rule(rule)) {
		t.Errorf("want a problem of rule %s, got %q", rule, allow)
	}
	plan, problems := tryPlan(text, Options{Allow: allow}, tree)
	if again := problems.Errors(); len(again) > 0 {
		t.Fatalf("allowing %q leaves %v", allow, again)
	}
	var passed Problems
	for _, p := range problems.Warnings() {
		if p.Warning = false; p.Rule != "" {
			passed = append(passed, p)
		}
	}
	if diff := cmp.Diff(withoutHints(errs), withoutHints(passed)); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	fresh := mustPlan(t, text, Options{Allow: Rules(), RefreshSeeds: true}, fstest.MapFS{})
	if diff := cmp.Diff(len(fresh.Changes), len(written(plan, tree))); diff != "" {
		t.Errorf("files of the tree (-want +got):\n%s", diff)
	}
}

func TestRingThatIsNotGivenIsNotRemoved(t *testing.T) {
	other := replaced(t, replaced(t, guardInput(), "{name: demo}", "{name: other}"), "name: demo\n", "name: other\n")
	tree := written(mustPlan(t, other, Options{Allow: []Rule{RuleRemovedCluster}}, rendering(t, guardInput())), rendering(t, guardInput()))
	if diff := cmp.Diff(len(rendering(t, other)), len(tree)); diff != "" {
		t.Errorf("--allow removed-cluster leaves other files than those of the other ring (-want +got):\n%s", diff)
	}
	both := []Source{input(guardInput()), {Name: "other.yaml", Data: []byte(other)}}
	plan, problems := Make(both, Options{}, fstest.MapFS{}, nil)
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	tree = written(plan, nil)
	if _, problems = Make(both, Options{}, tree, nil); len(problems) > 0 {
		t.Errorf("want no problems when both files are given, got %v", problems)
	}
	_, problems = Make(both[1:], Options{}, tree, nil)
	want := []string{"clusters/k1/demo/override.yaml:1: ring demo is rendered here and is not in the input [removed-cluster]",
		"clusters/k2/demo/override.yaml:1: ring demo is rendered here and is not in the input [removed-cluster]"}
	if diff := cmp.Diff(want, withoutHints(problems.Errors())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	checkPassing(t, string(RuleRemovedCluster), other, tree, problems.Errors())
}

// A ring that cannot be read is not taken for one that was removed, which would bury the reason.
func TestRingThatCannotBeReadIsNotTakenForRemoved(t *testing.T) {
	_, problems := tryPlan(replaced(t, guardInput(), "nodesPerRacks: 2", "nodesPerRacks: two"), Options{}, rendering(t, guardInput()))
	for _, p := range problems {
		if p.Rule == RuleRemovedCluster {
			t.Errorf("want no such problem: %s", p)
		}
	}
	if len(problems.Refused()) == 0 {
		t.Error("the input was not refused")
	}
}

func TestGuardRailsAgainstAnotherTree(t *testing.T) {
	changed := replaced(t, guardInput(), "10Gi", "20Gi")
	old, now := rendering(t, guardInput()), rendering(t, changed)
	rules := func(tree, against fstest.MapFS) []string {
		_, problems := Make([]Source{input(changed)}, Options{}, tree, against)
		var found []string
		for _, p := range problems.Errors() {
			found = append(found, string(p.Rule))
		}
		return slices.Compact(found)
	}
	for name, test := range map[string]struct {
		tree, against fstest.MapFS
		want          []string
	}{
		"the other tree is looked at though this one is rendered already": {tree: now, against: old, want: []string{string(RuleDataCapacity)}},
		"this tree is not looked at":                                      {tree: old, against: now},
		"an empty other tree holds nothing":                               {tree: old, against: fstest.MapFS{}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, rules(test.tree, test.against)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	without := replaced(t, guardInput(), "    "+holding("k2", dc("dc2", "r1"))+"\n", "")
	_, problems := Make([]Source{input(without)}, Options{}, rendering(t, without), old)
	if diff := cmp.Diff([]string{"11:3: spec.override: cluster k2 leaves ring demo: it is rendered in clusters/k2/demo [removed-cluster]"}, withoutHints(problems)); diff != "" {
		t.Errorf("a cluster that left (-want +got):\n%s", diff)
	}
}

func TestDamagedTreeIsRefused(t *testing.T) {
	override, base := overlayPath("k1", "demo", overlayFile), basePath("demo", baseFile)
	conflict := func(content string) string {
		return strings.Replace(content, "\nkind:", "\n<<<<<<< HEAD\nkind: A\n=======\nkind: B\n>>>>>>> branch\nkind:", 1)
	}
	inHeader := func(content string) string {
		lines := strings.SplitAfterN(content, "\n", 3)
		return lines[0] + "<<<<<<< HEAD\n" + lines[1] + "=======\n" + lines[1] + ">>>>>>> branch\n" + lines[2]
	}
	for name, test := range map[string]struct {
		file   string
		damage func(string) string
		want   string // where, and what
	}{
		"merge conflict in an overlay":           {override, conflict, ":4: not YAML: could not find expected ':'"},
		"merge conflict in a header":             {override, inHeader, ":6: not YAML: did not find expected comment or line break"},
		"merge conflict in the base":             {base, conflict, ":4: not YAML: could not find expected ':'"},
		"an overlay cut in the middle of a line": {override, func(s string) string { return s[:strings.Index(s, "topology")+4] }, ":1: cannot tell what is rendered here: it ends in the middle of a line"},
		"a base cut in the middle of a value":    {base, func(s string) string { return s[:strings.Index(s, "10Gi")+1] }, ":1: cannot tell what is rendered here: it ends in the middle of a line"},
		"an overlay of which the header is left": {override, func(s string) string { return s[:strings.Index(s, "apiVersion")] }, ":1: cannot tell what is rendered here: expected one document, found 0"},
		"an empty overlay":                       {override, func(string) string { return "" }, ":1: cannot tell what is rendered here: it is empty"},
		"an empty base":                          {base, func(string) string { return "" }, ":1: cannot tell what is rendered here: it is empty"},
		"a base that is gone": {
			base, func(string) string { return "gone" },
			":1: cannot tell what is rendered here: expected the base of clusters/k1/demo/override.yaml",
		},
		"an overlay twice": {override, func(s string) string { return s + "---\n" + s }, ":1: cannot tell what is rendered here: expected one document, found 2"},
		"a field of another type": {override, func(s string) string { return strings.Replace(s, "topology:", "topology: []\n  unknown:", 1) },
			":1: cannot tell what is rendered here: json: cannot unmarshal array into Go struct field CassandraClusterSpec.spec.topology of type casskop.Topology"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, text := range []string{guardInput(), replaced(t, guardInput(), "c:1", "c:2")} {
				tree := rendering(t, guardInput())
				content := test.damage(string(tree[test.file].Data))
				if tree[test.file] = (&fstest.MapFile{Data: []byte(content)}); content == "gone" {
					delete(tree, test.file)
				}
				plan, problems := tryPlan(text, Options{Allow: Rules()}, tree)
				if plan != nil {
					t.Error("there is a plan")
				}
				want := []string{test.file + test.want + "; the guard rails compare with it: restore it (git checkout HEAD -- " + test.file + "), then render again"}
				if diff := cmp.Diff(want, texts(problems)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}
