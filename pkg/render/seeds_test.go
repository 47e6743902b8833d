package render

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// seedLists are the seeds of each cluster of a plan's only ring, without what all of them have in common.
func seedLists(ring *Ring) map[string]string {
	lists := map[string]string{}
	for _, c := range ring.Clusters {
		var short []string
		for _, s := range c.Seeds() {
			short = append(short, strings.TrimSuffix(strings.TrimPrefix(s, "demo-"), ".example.com"))
		}
		lists[c.Name] = strings.Join(short, " ")
	}
	return lists
}

func TestComputedSeeds(t *testing.T) {
	const hostname = "external-dns.alpha.kubernetes.io/hostname"
	for name, test := range map[string]struct {
		base      string
		overrides []string
		want      string // all clusters have the same
	}{
		"one rack: its first three nodes": {
			base: inZone("nodesPerRacks: 5"), overrides: []string{holding("k1", dc("dc1", "r1"))},
			want: "dc1-r1-0 dc1-r1-1 dc1-r1-2",
		},
		"two racks: two nodes of the first and one of the second": {
			base: inZone("nodesPerRacks: 5"), overrides: []string{holding("k1", dc("dc1", "r1", "r2"))},
			want: "dc1-r1-0 dc1-r1-1 dc1-r2-0",
		},
		"three racks: the first node of each": {
			base: inZone("nodesPerRacks: 5"), overrides: []string{holding("k1", dc("dc1", "r1", "r2", "r3"))},
			want: "dc1-r1-0 dc1-r2-0 dc1-r3-0",
		},
		"four racks: the first node of three": {
			base: inZone("nodesPerRacks: 5"), overrides: []string{holding("k1", dc("dc1", "r1", "r2", "r3", "r4"))},
			want: "dc1-r1-0 dc1-r2-0 dc1-r3-0",
		},
		"fewer nodes than seeds: every node": {
			base: inZone("nodesPerRacks: 1"), overrides: []string{holding("k1", dc("dc1", "r1", "r2"))},
			want: "dc1-r1-0 dc1-r2-0",
		},
		"no nodesPerRacks: one node in each rack": {
			base: inZone(), overrides: []string{holding("k1", dc("dc1", "r1"))},
			want: "dc1-r1-0",
		},
		"no topology: datacenter dc1 with rack rack1": {
			base: inZone("nodesPerRacks: 2"), overrides: []string{"k1: {}"},
			want: "dc1-rack1-0 dc1-rack1-1",
		},
		"a datacenter's nodesPerRacks go before the spec's": {
			base: inZone("nodesPerRacks: 5"), overrides: []string{holding("k1", dc("dc1, nodesPerRacks: 1", "r1"), dc("dc2", "r1"))},
			want: "dc1-r1-0 dc2-r1-0 dc2-r1-1 dc2-r1-2",
		},
		"several clusters of several datacenters: three seeds of each datacenter, in order": {
			base: inZone("nodesPerRacks: 3"), overrides: []string{holding("k2", dc("dc1", "r1"), dc("dc2", "r1", "r2")), holding("k1", dc("dc3", "r1", "r2", "r3"))},
			want: "dc1-r1-0 dc1-r1-1 dc1-r1-2 dc2-r1-0 dc2-r1-1 dc2-r2-0 dc3-r1-0 dc3-r2-0 dc3-r3-0",
		},
		"a datacenter with 0 nodes has no seeds": {
			base: inZone("nodesPerRacks: 3"), overrides: []string{holding("k1", dc("dc1, nodesPerRacks: 0", "r1", "r2", "r3"), dc("dc2", "r1")), holding("k2", dc("dc3, nodesPerRacks: 0", "r1"))},
			want: "dc2-r1-0 dc2-r1-1 dc2-r1-2",
		},
		"a zone for each cluster": {
			base: "service: {annotations: {" + hostname + ": base.org}}",
			overrides: []string{
				"k1: {spec: {service: {annotations: {" + hostname + ": one.org}}, topology: {dc: [{name: dc1}]}}}",
				"k2: {spec: {topology: {dc: [{name: dc2}]}}}",
			},
			want: "dc1-rack1-0.one.org dc2-rack1-0.base.org",
		},
		"the final dot of the zone goes": {
			base: "service: {annotations: {" + hostname + ": example.com.}}", overrides: []string{"k1: {}"},
			want: "dc1-rack1-0",
		},
		"of several names the first is the zone": {
			base: "service: {annotations: {" + hostname + `: " one.org. , two.org"}}`, overrides: []string{"k1: {}"},
			want: "dc1-rack1-0.one.org",
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan := mustPlan(t, multi(test.base, test.overrides...), Options{}, fstest.MapFS{})
			for cluster, got := range seedLists(plan.Rings[0]) {
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", cluster, diff)
				}
			}
		})
	}
}

// given puts seed lists into the base and into overrides of threeClusters.
func given(t *testing.T, base string, overrides map[string]string) string {
	t.Helper()
	text := threeClusters()
	if base != "" {
		text = replaced(t, text, "    metadata: {name: demo}\n", "    metadata: {name: demo}\n    status: {seedlist: ["+base+"]}\n")
	}
	for cluster, list := range overrides {
		text = replaced(t, text, cluster+": {", cluster+": {status: {seedlist: ["+list+"]}, ")
	}
	return text
}

func TestGivenSeeds(t *testing.T) {
	const one, two, three = "demo-dc1-r1-0.example.com", "demo-dc2-r1-0.example.com", "demo-dc3-r1-0.example.com"
	strangerAt := func(at, path string) string {
		return "multi-casskop.yaml:" + at + ": warning: " + path + ": \"other-dc1-r1-0.example.com\": names no pod of ring demo; pods are named demo-<dc>-<rack>-<number>"
	}
	for name, test := range map[string]struct {
		input    string
		opts     Options
		want     map[string]string
		warnings []string
	}{
		"the base's list goes before a computed one": {
			input: given(t, two, nil), want: map[string]string{"k1": "dc2-r1-0", "k2": "dc2-r1-0", "k3": "dc2-r1-0"},
		},
		"an override's list goes before the base's": {
			input: given(t, two, map[string]string{"k3": one + ", " + three}),
			want:  map[string]string{"k1": "dc2-r1-0", "k2": "dc2-r1-0", "k3": "dc1-r1-0 dc3-r1-0"},
		},
		"a list in one override leaves the others theirs": {
			input: given(t, "", map[string]string{"k2": one}),
			want:  map[string]string{"k1": "dc1-r1-0 dc2-r1-0 dc3-r1-0", "k2": "dc1-r1-0", "k3": "dc1-r1-0 dc2-r1-0 dc3-r1-0"},
		},
		"given seeds are written under seeds: unmanaged too": {
			input: given(t, "", map[string]string{"k2": one}), opts: unmanaged(), want: map[string]string{"k1": "", "k2": "dc1-r1-0", "k3": ""},
		},
		"a host that is no pod of the ring is warned about, and kept": {
			input:    given(t, one+", other-dc1-r1-0.example.com", nil),
			want:     map[string]string{"k1": "dc1-r1-0 other-dc1-r1-0", "k2": "dc1-r1-0 other-dc1-r1-0", "k3": "dc1-r1-0 other-dc1-r1-0"},
			warnings: []string{strangerAt("10:52", "spec.base.status.seedlist[1]")},
		},
		"and so it is in an override": {
			input:    given(t, one, map[string]string{"k2": "other-dc1-r1-0.example.com"}),
			want:     map[string]string{"k1": "dc1-r1-0", "k2": "other-dc1-r1-0", "k3": "dc1-r1-0"},
			warnings: []string{strangerAt("14:30", "spec.override.k2.status.seedlist[0]")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan, problems := tryPlan(test.input, test.opts, fstest.MapFS{})
			if plan == nil {
				t.Fatal(problems)
			}
			if diff := cmp.Diff(test.want, seedLists(plan.Rings[0])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.warnings, texts(problems)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func unmanaged() Options {
	opts := Options{Config: DefaultConfig()}
	opts.Config.Seeds = v1alpha1.SeedsUnmanaged
	return opts
}

func TestRenderedSeedsStayWhileTheyNamePods(t *testing.T) {
	two := multi(inZone("nodesPerRacks: 2"), holding("k1", dc("dc1", "r1")), holding("k2", dc("dc2", "r1")))
	const listOfTwo = "dc1-r1-0 dc1-r1-1 dc2-r1-0 dc2-r1-1"
	for name, test := range map[string]struct {
		after string
		opts  Options
		want  map[string]string
	}{
		"a cluster that is added gets the whole new list, the others keep theirs": {
			after: two + "    " + holding("k3", dc("dc3", "r1")) + "\n",
			want:  map[string]string{"k1": listOfTwo, "k2": listOfTwo, "k3": listOfTwo + " dc3-r1-0 dc3-r1-1"},
		},
		"nodes that are added restart nobody": {
			after: replaced(t, two, "nodesPerRacks: 2", "nodesPerRacks: 4"), want: map[string]string{"k1": listOfTwo, "k2": listOfTwo},
		},
		"a datacenter that is added restarts nobody": {
			after: replaced(t, two, dc("dc2", "r1"), dc("dc2", "r1")+", "+dc("dc4", "r1")), want: map[string]string{"k1": listOfTwo, "k2": listOfTwo},
		},
		"another order restarts nobody": {
			after: two, opts: Options{Local: "k2", Remotes: []string{"k1"}}, want: map[string]string{"k1": listOfTwo, "k2": listOfTwo},
		},
		"a scale-down that takes a seed makes a new list": {
			after: replaced(t, two, dc("dc2", "r1"), dc("dc2, nodesPerRacks: 1", "r1")),
			want:  map[string]string{"k1": "dc1-r1-0 dc1-r1-1 dc2-r1-0", "k2": "dc1-r1-0 dc1-r1-1 dc2-r1-0"},
		},
		"a datacenter that goes makes a new list": {
			after: replaced(t, two, dc("dc2", "r1"), dc("dc5", "r1")),
			want:  map[string]string{"k1": "dc1-r1-0 dc1-r1-1 dc5-r1-0 dc5-r1-1", "k2": "dc1-r1-0 dc1-r1-1 dc5-r1-0 dc5-r1-1"},
		},
		"another zone makes a new list": {
			after: replaced(t, two, "example.com", "other.org"),
			want: map[string]string{"k1": "dc1-r1-0.other.org dc1-r1-1.other.org dc2-r1-0.other.org dc2-r1-1.other.org",
				"k2": "dc1-r1-0.other.org dc1-r1-1.other.org dc2-r1-0.other.org dc2-r1-1.other.org"},
		},
		"--refresh-seeds makes a new list": {
			after: replaced(t, two, "nodesPerRacks: 2", "nodesPerRacks: 3"), opts: Options{RefreshSeeds: true},
			want: map[string]string{"k1": "dc1-r1-0 dc1-r1-1 dc1-r1-2 dc2-r1-0 dc2-r1-1 dc2-r1-2", "k2": "dc1-r1-0 dc1-r1-1 dc1-r1-2 dc2-r1-0 dc2-r1-1 dc2-r1-2"},
		},
		"a list in the input goes before the rendered one": {
			after: replaced(t, two, "k2: {", "k2: {status: {seedlist: [demo-dc1-r1-0.example.com]}, "),
			want:  map[string]string{"k1": listOfTwo, "k2": "dc1-r1-0"},
		},
		"seeds: unmanaged takes it away": {after: two, opts: unmanaged(), want: map[string]string{"k1": "", "k2": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			test.opts.Allow = Rules()
			tree := rendering(t, two)
			first := mustPlan(t, test.after, test.opts, tree)
			if diff := cmp.Diff(test.want, seedLists(first.Rings[0])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if again := mustPlan(t, test.after, Options{Config: test.opts.Config, Allow: Rules(), Local: test.opts.Local, Remotes: test.opts.Remotes}, written(first, tree)); again.Changed() {
				t.Errorf("the next render changes it again: %v", again.Findings())
			}
		})
	}
}

func TestRingWithoutSeeds(t *testing.T) {
	noZone := func(line, cluster string) string {
		return "multi-casskop.yaml:" + line + ":10: spec.override." + cluster + ".spec.service.annotations[external-dns.alpha.kubernetes.io/hostname]: " +
			"cluster " + cluster + " has neither seeds nor a zone to compute them from: it would found a second ring; " +
			"set annotation external-dns.alpha.kubernetes.io/hostname in spec.service.annotations (external-dns), or list the seeds in status.seedlist of spec.base, " +
			"or write seeds: unmanaged in render.yaml if they are delivered otherwise"
	}
	two := multi("", "k1: {spec: {topology: {dc: [{name: dc1}]}}}", "k2: {spec: {topology: {dc: [{name: dc2}]}}}")
	for name, test := range map[string]struct {
		input string
		opts  Options
		want  []string // problems
		seeds map[string]string
	}{
		"one cluster needs none":       {input: multi("", "k1: {}"), seeds: map[string]string{"k1": ""}},
		"several clusters are refused": {input: two, want: []string{noZone("12", "k1"), noZone("13", "k2")}},
		"several clusters pass with seeds: unmanaged": {
			input: two, opts: unmanaged(), seeds: map[string]string{"k1": "", "k2": ""},
		},
		"a zone is not used with seeds: unmanaged": {input: threeClusters(), opts: unmanaged(), seeds: map[string]string{"k1": "", "k2": "", "k3": ""}},
		"a cluster whose seeds are given must have a zone when others' are computed, which list its pods": {
			input: replaced(t, two, "k1: {", "k1: {status: {seedlist: [demo-dc1-rack1-0]}, "),
			want: []string{
				"multi-casskop.yaml:12:50: spec.override.k1.spec.service.annotations[external-dns.alpha.kubernetes.io/hostname]: cluster k1 has no zone, which the " +
					"seeds of the other clusters are computed from; set annotation external-dns.alpha.kubernetes.io/hostname in spec.service.annotations " +
					"(external-dns), or list the seeds in status.seedlist of spec.base, or write seeds: unmanaged in render.yaml if they are delivered otherwise",
				noZone("13", "k2"),
			},
		},
		"a zone must be a name": {
			input: replaced(t, threeClusters(), "hostname: example.com", `hostname: "{{.Name}}.example.com"`),
			want: []string{"multi-casskop.yaml:10:79: spec.base.spec.service.annotations[external-dns.alpha.kubernetes.io/hostname]: \"{{.Name}}.example.com\": " +
				"cannot be a DNS zone: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan, problems := tryPlan(test.input, test.opts, fstest.MapFS{})
			if diff := cmp.Diff(test.want, texts(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if test.seeds == nil {
				if plan != nil {
					t.Error("there is a plan")
				}
				return
			}
			if diff := cmp.Diff(test.seeds, seedLists(plan.Rings[0])); diff != "" {
				t.Errorf("seeds (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSeedsStandInStatusAndAnnotation(t *testing.T) {
	for name, text := range map[string]string{"computed": threeClusters(), "given": given(t, "demo-dc1-r1-0.example.com, demo-dc3-r1-0.example.com", nil)} {
		t.Run(name, func(t *testing.T) {
			plan := mustPlan(t, text, Options{}, fstest.MapFS{})
			tree := inMemory(t, plan)
			for _, c := range plan.Rings[0].Clusters {
				object := buildOne(t, tree, overlayPath(c.Name, "demo", ""))
				var list []string
				for _, s := range object["status"].(map[string]any)["seedlist"].([]any) {
					list = append(list, s.(string))
				}
				annotation := object["metadata"].(map[string]any)["annotations"].(map[string]any)[v1alpha1.AnnotationSeedlist]
				if diff := cmp.Diff(strings.Join(c.Seeds(), ","), annotation); diff != "" {
					t.Errorf("%s: annotation (-want +got):\n%s", c.Name, diff)
				}
				if diff := cmp.Diff(c.Seeds(), list); diff != "" || len(list) < 2 {
					t.Errorf("%s: status.seedlist (-want +got):\n%s", c.Name, diff)
				}
			}
		})
	}
	without := mustPlan(t, threeClusters(), unmanaged(), fstest.MapFS{})
	object := buildOne(t, inMemory(t, without), overlayPath("k1", "demo", ""))
	_, inStatus := object["status"]
	if _, inAnnotation := object["metadata"].(map[string]any)["annotations"].(map[string]any)[v1alpha1.AnnotationSeedlist]; inStatus || inAnnotation {
		t.Errorf("seeds: unmanaged wrote some: %v", object)
	}
}

func TestGateAsksTheSeedsOfOtherClusters(t *testing.T) {
	host := func(names ...string) []any {
		var hosts []any
		for _, n := range names {
			hosts = append(hosts, "demo-"+n+".example.com")
		}
		return hosts
	}
	warn := Options{Config: DefaultConfig()}
	warn.Config.Gate.Seeds.Policy, warn.Config.Gate.Seeds.Port = v1alpha1.SeedPolicyWarn, 9042
	for name, test := range map[string]struct {
		input string
		opts  Options
		want  map[string]any // spec.seeds of the gate of k2
	}{
		"the pods of this cluster are left out": {
			input: threeClusters(), want: map[string]any{"hosts": host("dc1-r1-0", "dc3-r1-0"), "policy": "Require", "port": 8778.0},
		},
		"as configured": {
			input: threeClusters(), opts: warn, want: map[string]any{"hosts": host("dc1-r1-0", "dc3-r1-0"), "policy": "Warn", "port": 9042.0},
		},
		"a seed that is no pod of the ring is asked as well": {
			input: given(t, "", map[string]string{"k2": "other.example.com, demo-dc2-r1-0.example.com"}),
			want:  map[string]any{"hosts": []any{"other.example.com"}, "policy": "Require", "port": 8778.0},
		},
		"nobody is asked by the only cluster": {
			input: multi(inZone(), holding("k2", dc("dc2", "r1"))), want: map[string]any{"policy": "Off", "port": 8778.0},
		},
		"nobody is asked when seeds are unmanaged": {input: threeClusters(), opts: unmanaged(), want: map[string]any{"policy": "Off", "port": 8778.0}},
	} {
		t.Run(name, func(t *testing.T) {
			tree := written(mustPlan(t, test.input, test.opts, fstest.MapFS{}), nil)
			gate := manifest(t, tree, overlayPath("k2", "demo", "gate/gate.yaml"))
			if diff := cmp.Diff(test.want, gate["spec"].(map[string]any)["seeds"]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
