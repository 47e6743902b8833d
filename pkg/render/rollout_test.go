package render

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// edit replaces the first of its two strings, which must be there, by the second.
type edit [2]string

func rolloutInput(t *testing.T, edits ...edit) Source {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "rollout", "multi-casskop.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, e := range edits {
		if !strings.Contains(text, e[0]) {
			t.Fatalf("the input does not hold %q", e[0])
		}
		text = strings.ReplaceAll(text, e[0], e[1])
	}
	return Source{Name: "multi-casskop.yaml", Data: []byte(text)}
}

func rolloutPlan(t *testing.T, tree fstest.MapFS, opts Options, sources ...Source) *Plan {
	t.Helper()
	plan, problems := Make(sources, opts, tree, nil)
	if err := problems.Errors(); len(err) > 0 {
		t.Fatal(err)
	}
	return plan
}

// rolloutTree is what a plan for an empty directory writes.
func rolloutTree(t *testing.T, sources ...Source) fstest.MapFS {
	t.Helper()
	tree := fstest.MapFS{}
	for _, c := range rolloutPlan(t, tree, Options{Allow: Rules()}, sources...).Changes {
		tree[c.Path] = &fstest.MapFile{Data: c.Content}
	}
	return tree
}

// withoutRevisions names the revisions, which change with every edit of the input.
func withoutRevisions(r Rollout) string {
	text := r.String()
	for _, ring := range r {
		for _, old := range ring.Old {
			text = strings.ReplaceAll(text, old, "OLD")
		}
		if ring.New != "" {
			text = strings.ReplaceAll(text, ring.New, "NEW")
		}
	}
	return text
}

const (
	restartsNothing = "nothing to do but take the revision: no restart"
	heading         = "ring demo: revision OLD -> NEW, rollout in this order:\n"
)

// rolloutOf is the rollout of the two clusters of the input.
func rolloutOf(first, second string) string {
	return heading + "  1. k8s-cluster1: " + first + "\n  2. k8s-cluster2: " + second + "\n"
}

var (
	v1alpha1Input = edit{"db.orange.com/v2", "db.orange.com/v1alpha1"}
	ownSeeds      = edit{"    spec: # base", "    status: {seedlist: [demo-dc1-rack1-0.cassandra.example.com]}\n    spec: # base"}
)

func TestRolloutInWords(t *testing.T) {
	spec := func(lines string) edit { return edit{"    spec: # base\n", "    spec: # base\n      " + lines + "\n"} }
	for name, test := range map[string]struct {
		both          []edit // made before and after
		before, after []edit
		opts          Options
		want          string
	}{
		"nothing changes": {
			want: "no CassandraCluster changes: nothing rolls\n",
		},
		"a new image is UpdateDockerImage, rack by rack": {
			after: []edit{{"cassandra:4.0.4", "cassandra:4.0.5"}},
			want: rolloutOf("UpdateDockerImage on 2 racks, 4 pods, one rack at a time: spec.cassandraImage cassandra:4.0.4 -> cassandra:4.0.5",
				"UpdateDockerImage on 1 rack, 2 pods: spec.cassandraImage cassandra:4.0.4 -> cassandra:4.0.5"),
		},
		"another ConfigMap is UpdateConfigMap": {
			after: []edit{spec("configMapName: tuned")},
			want: rolloutOf("UpdateConfigMap on 2 racks, 4 pods, one rack at a time: spec.configMapName not set -> tuned",
				"UpdateConfigMap on 1 rack, 2 pods: spec.configMapName not set -> tuned"),
		},
		"resources of the spec are UpdateResources": {
			after: []edit{{"memory: 2Gi", "memory: 4Gi"}},
			want: rolloutOf("UpdateResources on 2 racks, 4 pods, one rack at a time: spec.resources.limits.memory 2Gi -> 4Gi, spec.resources.requests.memory 2Gi -> 4Gi",
				"UpdateResources on 1 rack, 2 pods: spec.resources.limits.memory 2Gi -> 4Gi, spec.resources.requests.memory 2Gi -> 4Gi"),
		},
		"one restart brings image, resources and the rest, under the name that CassKop finds first": {
			after: []edit{{"cassandra:4.0.4", "cassandra:4.0.5"}, {"cpu: 1", "cpu: 2"}, spec("debug: true")},
			want: rolloutOf("UpdateResources on 2 racks, 4 pods, one rack at a time: spec.resources.limits.cpu 1 -> 2, spec.resources.requests.cpu 1 -> 2; "+
				"the same restart brings spec.cassandraImage, spec.debug; while debug is true Cassandra does not start in the pods",
				"UpdateResources on 1 rack, 2 pods: spec.resources.limits.cpu 1 -> 2, spec.resources.requests.cpu 1 -> 2; "+
					"the same restart brings spec.cassandraImage, spec.debug; while debug is true Cassandra does not start in the pods"),
		},
		"resources of a datacenter are UpdateStatefulSet there": {
			after: []edit{{"- name: dc2\n", "- name: dc2\n            resources: {limits: {cpu: 3}}\n"}},
			want: rolloutOf(restartsNothing, "UpdateStatefulSet: rolling restart of 2 pods: spec.topology.dc[dc2].resources.limits.cpu; "+
				"CassKop 1.1.5 panics when a datacenter's resources change; restarting it recovers"),
		},
		"more nodes per rack are ScaleUp, and autoPilot cleans up": {
			after: []edit{{"- name: dc1\n", "- name: dc1\n            nodesPerRacks: 3\n"}},
			want:  rolloutOf("ScaleUp dc1: 2 -> 3 nodes per rack on 2 racks, one node at a time (then cleanup, by itself: autoPilot)", restartsNothing),
		},
		"without autoPilot the cleanup waits for a human": {
			both:  []edit{{"autoPilot: true", "autoPilot: false"}},
			after: []edit{{"- name: dc1\n", "- name: dc1\n            nodesPerRacks: 3\n"}},
			want: rolloutOf("ScaleUp dc1: 2 -> 3 nodes per rack on 2 racks, one node at a time (then cleanup, which waits for you: autoPilot is not true)",
				restartsNothing),
		},
		"fewer nodes per rack of the spec are ScaleDown in every datacenter that has none of its own": {
			both:  []edit{ownSeeds},
			after: []edit{{"nodesPerRacks: 2", "nodesPerRacks: 1"}},
			want: rolloutOf("ScaleDown dc1: 2 -> 1 nodes per rack on 2 racks, one node at a time (decommission first, then the data volume is deleted)",
				"ScaleDown dc2: 2 -> 1 nodes per rack on 1 rack, one node at a time (decommission first, then the data volume is deleted)"),
		},
		"a datacenter on its way out is ScaleDown that CassKop may refuse": {
			both:  []edit{ownSeeds},
			after: []edit{{"- name: dc2\n", "- name: dc2\n            nodesPerRacks: 0\n"}},
			want: rolloutOf(restartsNothing, "ScaleDown dc2: 2 -> 0 nodes per rack on 1 rack, one node at a time (decommission first, then the data "+
				"volume is deleted); refused while a keyspace is still replicated there"),
		},
		"a smaller datacenter beside a new image loses nodes without decommission": {
			both:  []edit{ownSeeds},
			after: []edit{{"nodesPerRacks: 2", "nodesPerRacks: 1"}, {"cassandra:4.0.4", "cassandra:4.0.5"}},
			want: rolloutOf("UpdateDockerImage on 2 racks, 2 pods, one rack at a time: spec.cassandraImage cassandra:4.0.4 -> cassandra:4.0.5\n"+
				"     ScaleDown dc1: 2 -> 1 nodes per rack on 2 racks, one node at a time (decommission first, then the data volume is deleted); "+
				"with UpdateDockerImage in one commit CassKop takes a node of each rack away without decommission: make two commits",
				"UpdateDockerImage on 1 rack, 1 pod: spec.cassandraImage cassandra:4.0.4 -> cassandra:4.0.5\n"+
					"     ScaleDown dc2: 2 -> 1 nodes per rack on 1 rack, one node at a time (decommission first, then the data volume is deleted); "+
					"with UpdateDockerImage in one commit CassKop takes a node of each rack away without decommission: make two commits"),
		},
		"one node more beside a new image gets no cleanup": {
			after: []edit{{"- name: dc2\n", "- name: dc2\n            nodesPerRacks: 3\n"}, {"cassandra:4.0.4", "cassandra:4.0.5"}},
			want: rolloutOf("UpdateDockerImage on 2 racks, 4 pods, one rack at a time: spec.cassandraImage cassandra:4.0.4 -> cassandra:4.0.5",
				"UpdateDockerImage on 1 rack, 2 pods: spec.cassandraImage cassandra:4.0.4 -> cassandra:4.0.5\n"+
					"     ScaleUp dc2: 2 -> 3 nodes per rack on 1 rack, one node at a time (with UpdateDockerImage in one commit CassKop adds the node on the "+
					"way and starts no cleanup: better two commits)"),
		},
		"another seed list is UpdateSeedList": {
			after: []edit{{"cassandra.example.com", "nodes.example.com"}},
			want: rolloutOf("UpdateSeedList: seed list changes: rolling restart of 4 pods\n     the existing Service is not changed, CassKop creates it once: "+
				"no restart (spec.service.annotations[external-dns.alpha.kubernetes.io/hostname])",
				"UpdateSeedList: seed list changes: rolling restart of 2 pods\n     the existing Service is not changed, CassKop creates it once: "+
					"no restart (spec.service.annotations[external-dns.alpha.kubernetes.io/hostname])"),
		},
		"seeds and an image are two restarts": {
			after: []edit{{"cassandra:4.0.4", "cassandra:4.0.5"}, ownSeeds},
			want: rolloutOf("UpdateDockerImage on 2 racks, 4 pods, one rack at a time: spec.cassandraImage cassandra:4.0.4 -> cassandra:4.0.5\n"+
				"     UpdateSeedList: seed list changes: another rolling restart of 4 pods",
				"UpdateDockerImage on 1 rack, 2 pods: spec.cassandraImage cassandra:4.0.4 -> cassandra:4.0.5\n"+
					"     UpdateSeedList: seed list changes: another rolling restart of 2 pods"),
		},
		"a scale-down that takes a seed away is UpdateSeedList in the whole ring": {
			after: []edit{{"- name: dc2\n", "- name: dc2\n            nodesPerRacks: 1\n"}},
			want: rolloutOf("UpdateSeedList: seed list changes: rolling restart of 4 pods",
				"ScaleDown dc2: 2 -> 1 nodes per rack on 1 rack, one node at a time (decommission first, then the data volume is deleted)\n"+
					"     UpdateSeedList: seed list changes: rolling restart of 1 pod"),
		},
		"seeds that are no longer rendered stay with CassKop": {
			opts: Options{Config: unmanagedSeeds()},
			want: rolloutOf("no seed list any more, CassKop keeps the one that it has: no restart", "no seed list any more, CassKop keeps the one that it has: no restart"),
		},
		"a new datacenter in a cluster is Initializing": {
			after: []edit{{"          - name: dc2\n", "          - name: dc4\n            rack: [{name: r1}, {name: r2}]\n          - name: dc2\n"}},
			want:  rolloutOf(restartsNothing, "Initializing dc4: 1 datacenter, 2 racks, 4 pods"),
		},
		"an empty datacenter that goes is ActionDeleteDC": {
			before: []edit{{"          - name: dc2\n", "          - name: dc4\n            nodesPerRacks: 0\n            rack: [{name: r1}]\n          - name: dc2\n"}},
			want:   rolloutOf(restartsNothing, "ActionDeleteDC dc4: its StatefulSets and Services are deleted"),
		},
		"a datacenter with nodes that goes is put back": {
			both:   []edit{ownSeeds},
			before: []edit{{"          - name: dc2\n", "          - name: dc4\n            rack: [{name: r1}]\n          - name: dc2\n"}},
			want:   rolloutOf(restartsNothing, "CorrectCRDConfig: CassKop refuses that dc4 goes and puts the old value back"),
		},
		"a datacenter with another name is put back": {
			both:  []edit{ownSeeds},
			after: []edit{{"- name: dc2\n", "- name: dc9\n"}},
			want:  rolloutOf(restartsNothing, "CorrectCRDConfig: CassKop refuses that dc2 goes while dc9 comes and puts the old value back"),
		},
		"other racks are put back": {
			both:  []edit{ownSeeds},
			after: []edit{{"- name: rack2\n", "- name: rack3\n"}},
			want:  rolloutOf("CorrectCRDConfig: CassKop refuses the racks of dc1 and puts the old value back", restartsNothing),
		},
		"another volume size is put back": {
			after: []edit{{"dataCapacity: 10Gi", "dataCapacity: 20Gi"}},
			want: rolloutOf("CorrectCRDConfig: CassKop refuses dataCapacity of dc1 and puts the old value back",
				"CorrectCRDConfig: CassKop refuses dataCapacity of dc2 and puts the old value back"),
		},
		"a volume class of one datacenter is put back there": {
			both:  []edit{{"- name: dc1\n", "- name: dc1\n            dataCapacity: 10Gi\n"}},
			after: []edit{{"dataCapacity: 10Gi\n            rack", "dataCapacity: 10Gi\n            dataStorageClass: fast\n            rack"}},
			want:  rolloutOf("CorrectCRDConfig: CassKop refuses dataStorageClass of dc1 and puts the old value back", restartsNothing),
		},
		"capacity of the spec that moves into the datacenters unmounts the volumes": {
			after: []edit{{"      dataCapacity: 10Gi\n", ""}, {"- name: dc1\n", "- name: dc1\n            dataCapacity: 10Gi\n"},
				{"- name: dc2\n", "- name: dc2\n            dataCapacity: 10Gi\n"}},
			want: rolloutOf("UpdateStatefulSet: rolling restart of 4 pods: spec.dataCapacity; without it CassKop does not mount the data volume",
				"UpdateStatefulSet: rolling restart of 2 pods: spec.dataCapacity; without it CassKop does not mount the data volume"),
		},
		"nodesPerRacks of the spec taken away is put back": {
			both:  []edit{ownSeeds},
			after: []edit{{"      nodesPerRacks: 2\n", ""}},
			want: rolloutOf("CorrectCRDConfig: CassKop refuses spec.nodesPerRacks without a value (it was 2) and puts the old value back",
				"CorrectCRDConfig: CassKop refuses spec.nodesPerRacks without a value (it was 2) and puts the old value back"),
		},
		"numTokens of v1alpha1 are put back": {
			both:  []edit{v1alpha1Input},
			after: []edit{{"- name: dc2\n", "- name: dc2\n            numTokens: 16\n"}},
			want:  rolloutOf(restartsNothing, "CorrectCRDConfig: CassKop refuses spec.topology.dc[dc2].numTokens and puts the old value back"),
		},
		"labels never get through": {
			after: []edit{{"team: a", "team: b"}},
			want: rolloutOf("metadata.labels.team: Kubernetes refuses it, and with it every other change of the StatefulSets; CassKop tries for ever",
				"metadata.labels.team: Kubernetes refuses it, and with it every other change of the StatefulSets; CassKop tries for ever"),
		},
		"pod annotations, probes and what reaches the template otherwise restart": {
			after: []edit{spec("pod: {annotations: {example.com/a: b}}\n      livenessFailureThreshold: 5\n      gcStdout: true\n      hardAntiAffinity: true\n      runAsUser: 1000")},
			want: rolloutOf("UpdateStatefulSet: rolling restart of 4 pods: spec.gcStdout, spec.hardAntiAffinity, spec.livenessFailureThreshold, 2 more",
				"UpdateStatefulSet: rolling restart of 2 pods: spec.gcStdout, spec.hardAntiAffinity, spec.livenessFailureThreshold, 2 more"),
		},
		"config of v2 restarts": {
			after: []edit{spec("config: {cassandra-yaml: {num_tokens: 16}}")},
			want: rolloutOf("UpdateStatefulSet: rolling restart of 4 pods: spec.config.cassandra-yaml.num_tokens",
				"UpdateStatefulSet: rolling restart of 2 pods: spec.config.cassandra-yaml.num_tokens"),
		},
		"an unknown field is taken for one that restarts": {
			after: []edit{spec("brandNew: {x: 1}")},
			want:  rolloutOf("UpdateStatefulSet: rolling restart of 4 pods: spec.brandNew.x", "UpdateStatefulSet: rolling restart of 2 pods: spec.brandNew.x"),
		},
		"labels of one rack restart that rack": {
			after: []edit{{"- name: rack2\n", "- name: rack2\n              labels: {zone: b}\n"}},
			want:  rolloutOf("UpdateStatefulSet: rolling restart of 2 pods: spec.topology.dc[dc1].rack[rack2].labels.zone", restartsNothing),
		},
		"a higher partition holds later updates back": {
			after: []edit{{"- name: rack2\n", "- name: rack2\n              rollingPartition: 1\n"}},
			want: rolloutOf("UpdateStatefulSet: spec.topology.dc[dc1].rack[rack2].rollingPartition not set -> 1: no restart now; at later updates the pods "+
				"below it keep what they have, and the update does not end", restartsNothing),
		},
		"a lower partition lets them through": {
			before: []edit{{"- name: rack2\n", "- name: rack2\n              rollingPartition: 1\n"}},
			want: rolloutOf("UpdateStatefulSet: spec.topology.dc[dc1].rack[rack2].rollingPartition 1 -> not set: the pods that it held back restart, if an "+
				"update waits for them", restartsNothing),
		},
		"what only CassKop looks at restarts nothing": {
			after: []edit{{"autoPilot: true", "autoPilot: false"}, spec("deletePVC: true\n      maxPodUnavailable: 2")},
			want: rolloutOf("operator setting only: no restart (spec.autoPilot, spec.deletePVC, spec.maxPodUnavailable); deletePVC decides whether the data volumes go "+
				"with the CassandraCluster; the PodDisruptionBudget is made anew",
				"operator setting only: no restart (spec.autoPilot, spec.deletePVC, spec.maxPodUnavailable); deletePVC decides whether the data volumes go "+
					"with the CassandraCluster; the PodDisruptionBudget is made anew"),
		},
		"what CassKop does not read restarts nothing": {
			both:  []edit{v1alpha1Input},
			after: []edit{spec("initContainerImage: busybox:1")},
			want: rolloutOf("CassKop does not read it: no restart (spec.initContainerImage)",
				"CassKop does not read it: no restart (spec.initContainerImage)"),
		},
		"a default written out restarts nothing": {
			after: []edit{spec("livenessInitialDelaySeconds: 120\n      imagepullpolicy: Always")},
			want: rolloutOf("CassKop's default, written or left out: no restart (spec.imagepullpolicy, spec.livenessInitialDelaySeconds)",
				"CassKop's default, written or left out: no restart (spec.imagepullpolicy, spec.livenessInitialDelaySeconds)"),
		},
		"annotations are metadata only": {
			after: []edit{{"team: a", "team: a\n      annotations: {example.com/owner: me}"}},
			want:  rolloutOf("metadata only: no restart (metadata.annotations[example.com/owner])", "metadata only: no restart (metadata.annotations[example.com/owner])"),
		},
		"a cluster beside one that changes takes the revision": {
			after: []edit{{"    k8s-cluster2:\n      spec:\n", "    k8s-cluster2:\n      spec:\n        autoPilot: false\n"}},
			want:  rolloutOf(restartsNothing, "operator setting only: no restart (spec.autoPilot)"),
		},
		"a topology that moves in the file changes nothing": {
			before: []edit{{"          - name: dc2\n", "          - name: dc4\n            rack: [{name: r1}]\n          - name: dc2\n"}},
			after:  []edit{{"            - name: rack1 # last\n", "            - name: rack1 # last\n          - name: dc4\n            rack: [{name: r1}]\n"}},
			want:   rolloutOf(restartsNothing, restartsNothing),
		},
		"another namespace is another CassandraCluster": {
			after: []edit{{"    k8s-cluster2:\n", "    k8s-cluster2:\n      metadata: {namespace: other}\n"}},
			want: rolloutOf(restartsNothing, "namespace cassandra -> other: the CassandraCluster in cassandra is kept, nothing moves it or its data\n"+
				"     Initializing in namespace other: 1 datacenter, 1 rack, 2 pods"),
		},
		"a new cluster is Initializing": {
			after: []edit{{"  override:\n", "  override:\n    k8s-cluster0:\n      spec: {topology: {dc: [{name: dc0, rack: [{name: a}, {name: b}, {name: c}]}]}}\n"}},
			want: heading + "  1. k8s-cluster0: Initializing: 1 datacenter, 3 racks, 6 pods\n  2. k8s-cluster1: " + restartsNothing + "\n  3. k8s-cluster2: " +
				restartsNothing + "\n",
		},
		"a cluster that leaves keeps its CassandraCluster": {
			both:   []edit{ownSeeds},
			before: []edit{{"  override:\n", "  override:\n    k8s-cluster0:\n      spec: {topology: {dc: [{name: dc0, rack: [{name: a}]}]}}\n"}},
			want:   rolloutOf(restartsNothing, restartsNothing) + "  -  k8s-cluster0 leaves: its CassandraCluster is kept (deleteCassandraCluster is not true)\n",
		},
		"only files of the tree change": {
			opts: Options{Config: otherInterval()},
			want: "no CassandraCluster changes: nothing rolls\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			tree := rolloutTree(t, rolloutInput(t, slices.Concat(test.both, test.before)...))
			test.opts.Allow = Rules() // what they refuse, guard_test.go knows
			plan := rolloutPlan(t, tree, test.opts, rolloutInput(t, slices.Concat(test.both, test.after)...))
			if diff := cmp.Diff(test.want, withoutRevisions(plan.Rollout())); diff != "" {
				t.Errorf("rollout (-want +got):\n%s", diff)
			}
		})
	}
}

func unmanagedSeeds() *v1alpha1.RenderConfig { c := DefaultConfig(); c.Seeds = "unmanaged"; return c }
func otherInterval() *v1alpha1.RenderConfig {
	c := DefaultConfig()
	c.Flux.Interval.Duration *= 2
	return c
}

func TestNewRing(t *testing.T) {
	want := "ring demo is new: revision NEW, rollout in this order:\n" +
		"  1. k8s-cluster1: Initializing: 1 datacenter, 2 racks, 4 pods\n" +
		"  2. k8s-cluster2: Initializing: 1 datacenter, 1 rack, 2 pods\n"
	got := rolloutPlan(t, fstest.MapFS{}, Options{}, rolloutInput(t)).Rollout()
	if diff := cmp.Diff(want, withoutRevisions(got)); diff != "" {
		t.Errorf("rollout (-want +got):\n%s", diff)
	}
}

func TestRingThatLeavesIsDeletedWhenItWasRenderedSo(t *testing.T) {
	other := rolloutInput(t, edit{"name: demo", "name: other"}, edit{"deleteCassandraCluster: false", "deleteCassandraCluster: true"})
	tree := rolloutTree(t, rolloutInput(t), other)
	got := rolloutPlan(t, tree, Options{Allow: []Rule{RuleRemovedCluster}}, rolloutInput(t)).Rollout()
	want := "ring other leaves the tree:\n" +
		"  -  k8s-cluster1 leaves: its CassandraCluster is deleted by Flux (it was rendered with deleteCassandraCluster: true)\n" +
		"  -  k8s-cluster2 leaves: its CassandraCluster is deleted by Flux (it was rendered with deleteCassandraCluster: true)\n"
	if diff := cmp.Diff(want, withoutRevisions(got)); diff != "" {
		t.Errorf("rollout (-want +got):\n%s", diff)
	}
}

func TestFilesEditedByHandAreNotHeldByAnyGate(t *testing.T) {
	tree := rolloutTree(t, rolloutInput(t))
	base := tree["base/demo/cassandracluster.yaml"]
	base.Data = []byte(strings.Replace(string(base.Data), "cassandra:4.0.4", "cassandra:4.1.0", 1))
	want := "ring demo: revision NEW stays, so no gate holds back what putting these edited files right changes:\n  base/demo/cassandracluster.yaml\n"
	got := strings.ReplaceAll(withoutRevisions(rolloutPlan(t, tree, Options{}, rolloutInput(t)).Rollout()), "OLD", "NEW")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rollout (-want +got):\n%s", diff)
	}
}

func TestClusterThatHasTheRevisionAlready(t *testing.T) {
	change := edit{"    k8s-cluster2:\n      spec:\n", "    k8s-cluster2:\n      spec:\n        autoPilot: false\n"}
	tree, next := rolloutTree(t, rolloutInput(t)), rolloutTree(t, rolloutInput(t, change))
	tree["clusters/k8s-cluster1/demo/override.yaml"] = next["clusters/k8s-cluster1/demo/override.yaml"]
	plan := rolloutPlan(t, tree, Options{}, rolloutInput(t, change))
	want := "ring demo: revision NEW, OLD -> NEW, rollout in this order:\n  1. k8s-cluster1: is rendered at this revision already: no restart\n" +
		"  2. k8s-cluster2: operator setting only: no restart (spec.autoPilot)\n"
	got := strings.ReplaceAll(plan.Rollout().String(), plan.Rings[0].Revision, "NEW")
	got = strings.ReplaceAll(got, plan.old["demo"]["k8s-cluster2"].revision(), "OLD")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rollout (-want +got):\n%s", diff)
	}
}

func TestStepsForPrograms(t *testing.T) {
	tree := rolloutTree(t, rolloutInput(t))
	plan := rolloutPlan(t, tree, Options{}, rolloutInput(t, edit{"cassandra:4.0.4", "cassandra:4.0.5"}))
	type step struct {
		Cluster  string
		Position int
		Action   string
		Restarts int
	}
	var got []step
	for _, c := range plan.Rollout()[0].Clusters {
		for _, s := range c.Steps {
			got = append(got, step{c.Cluster, c.Position, s.Action, s.Restarts})
		}
	}
	want := []step{{"k8s-cluster1", 1, casskop.ActionUpdateDockerImage, 4}, {"k8s-cluster2", 2, casskop.ActionUpdateDockerImage, 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// TestEveryFieldIsClassified fails for a field that was added to the types: look up in CassKop what it changes, then add it to
// consequences.
func TestEveryFieldIsClassified(t *testing.T) {
	want := fieldPaths("metadata.", "annotations", "finalizers", "labels", "name", "namespace")
	want = append(want, "status.seedlist")
	for prefix, typ := range map[string]reflect.Type{
		"spec.":                      reflect.TypeFor[casskop.CassandraClusterSpec](),
		"spec.pod.":                  reflect.TypeFor[casskop.PodPolicy](),
		"spec.service.":              reflect.TypeFor[casskop.ServicePolicy](),
		"spec.topology.dc[].":        reflect.TypeFor[casskop.DC](),
		"spec.topology.dc[].rack[].": reflect.TypeFor[casskop.Rack](),
	} {
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			want = append(want, fieldPaths(prefix, name)...)
		}
	}
	// split into their own fields above
	want = slices.DeleteFunc(want, func(path string) bool {
		return slices.Contains([]string{"spec.pod", "spec.service", "spec.topology", "spec.topology.dc[].rack"}, path)
	})
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(consequences))); diff != "" {
		t.Errorf("fields in consequences (-types +consequences):\n%s", diff)
	}
}

func fieldPaths(prefix string, names ...string) (paths []string) {
	for _, n := range names {
		paths = append(paths, prefix+n)
	}
	return paths
}
