package render

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// throughJSON is a value as encoding/json gives it back.
func throughJSON(t *testing.T, v any) (out map[string]any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	decodeJSON(t, b, &out)
	return out
}

func flow(t *testing.T, text string) (out map[string]any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// checkOverlays holds what kustomize builds of the overlays against the objects of the ring.
func checkOverlays(t *testing.T, text string, opts Options) {
	t.Helper()
	ring, _ := settled(t, text, opts, fstest.MapFS{})
	tree := inMemory(t, mustPlan(t, text, opts, fstest.MapFS{}))
	for _, c := range ring.Clusters {
		built := buildOne(t, tree, overlayPath(c.Name, ring.Name, ""))
		if diff := cmp.Diff(throughJSON(t, c.Object), built); diff != "" {
			t.Errorf("%s (-object +kustomize build):\n%s", c.Name, diff)
		}
	}
}

func TestOverlaySpec(t *testing.T) {
	const zeroHint = "takes away what the base says; Multi-CassKop ignored such a value, so an object that it made still has the base's; " +
		"zeroValues: ignore keeps that"
	ignoring := Options{Config: DefaultConfig()}
	ignoring.Config.ZeroValues = v1alpha1.ZeroValuesIgnore
	for name, test := range map[string]struct {
		base, override string // specs
		opts           Options
		want           string
		warnings       []string
	}{
		"config is replaced whole, the base's other keys go": {
			base: `config: {cassandra-yaml: {num_tokens: 16, authenticator: A}, jvm-options: {x: 1}}`, override: `config: {cassandra-yaml: {num_tokens: 32}}`,
			want: `{config: {cassandra-yaml: {num_tokens: 32}}}`,
		},
		"config: {} takes the base's away": {base: `config: {a: {x: 1}}, cassandraImage: c`, override: `config: {}`, want: `{cassandraImage: c}`},
		"config: {} takes the base's away under zeroValues: ignore too, as it did under Multi-CassKop": {
			base: `config: {a: {x: 1}}, cassandraImage: c`, override: `config: {}`, opts: ignoring, want: `{cassandraImage: c}`,
		},
		"null takes the base's value away, and is warned of": {
			base: `config: {a: 1}, cassandraImage: c, pod: {annotations: {a: b, c: d}, tolerations: [{key: x}]}`, override: `config: null, pod: {tolerations: null, annotations: {a: null}}`,
			want: `{cassandraImage: c, pod: {annotations: {c: d}}}`,
			warnings: []string{
				"multi-casskop.yaml:12:25: warning: spec.override.k1.spec.config: " + zeroHint,
				"multi-casskop.yaml:12:50: warning: spec.override.k1.spec.pod.tolerations: " + zeroHint,
				"multi-casskop.yaml:12:73: warning: spec.override.k1.spec.pod.annotations.a: " + zeroHint,
			},
		},
		"zero values are honoured, and warned of": {
			base:     `hardAntiAffinity: true, maxPodUnavailable: 2, configMapName: tuned, storageConfigs: [{name: s, mountPath: /s}], cassandraImage: c`,
			override: `hardAntiAffinity: false, maxPodUnavailable: 0, configMapName: "", storageConfigs: []`,
			want:     `{cassandraImage: c}`,
			warnings: []string{
				"multi-casskop.yaml:12:35: warning: spec.override.k1.spec.hardAntiAffinity: false: " + zeroHint,
				"multi-casskop.yaml:12:61: warning: spec.override.k1.spec.maxPodUnavailable: 0: " + zeroHint,
				"multi-casskop.yaml:12:79: warning: spec.override.k1.spec.configMapName: \"\": " + zeroHint,
				"multi-casskop.yaml:12:83: warning: spec.override.k1.spec.storageConfigs: []: " + zeroHint,
			},
		},
		"a zero value over nothing is not warned of": {base: `cassandraImage: c`, override: `hardAntiAffinity: false, maxPodUnavailable: 0`, want: `{cassandraImage: c}`},
		"an explicit false of a pointer is kept": {base: `readOnlyRootFilesystem: true`, override: `readOnlyRootFilesystem: false`,
			want:     `{readOnlyRootFilesystem: false}`,
			warnings: []string{"multi-casskop.yaml:12:41: warning: spec.override.k1.spec.readOnlyRootFilesystem: false: " + zeroHint},
		},
		"zeroValues: ignore leaves the base its values, as mergo did": {
			base:     `hardAntiAffinity: true, maxPodUnavailable: 2, configMapName: tuned, cassandraImage: c, readOnlyRootFilesystem: true`,
			override: `hardAntiAffinity: false, maxPodUnavailable: 0, configMapName: "", cassandraImage: null, readOnlyRootFilesystem: false`, opts: ignoring,
			want: `{hardAntiAffinity: true, maxPodUnavailable: 2, configMapName: tuned, cassandraImage: c, readOnlyRootFilesystem: true}`,
		},
		"zeroValues: ignore obeys zero values in maps, as mergo did": {
			base: `pod: {annotations: {a: b, c: d}}`, override: `pod: {annotations: {a: ""}}`, opts: ignoring, want: `{pod: {annotations: {a: "", c: d}}}`,
		},
		"keys are added, changed and removed at depth": {
			base:     `pod: {annotations: {gone: x, kept: x, changed: x}}, resources: {requests: {cpu: 1, memory: 1Gi}}`,
			override: `pod: {annotations: {gone: null, changed: z, added: z}}, resources: {requests: {cpu: 2}, limits: {cpu: 2}}`,
			want:     `{pod: {annotations: {kept: x, changed: z, added: z}}, resources: {requests: {cpu: "2", memory: 1Gi}, limits: {cpu: "2"}}}`,
			warnings: []string{"multi-casskop.yaml:12:43: warning: spec.override.k1.spec.pod.annotations.gone: " + zeroHint},
		},
		"lists are replaced whole": {
			base: `pod: {tolerations: [{key: a}, {key: b, effect: NoSchedule}]}`, override: `pod: {tolerations: [{key: b}]}`, want: `{pod: {tolerations: [{key: b}]}}`,
		},
		"unknown fields are kept and merged": {
			base: `futureField: {a: 1, b: [1], c: {d: 1}}`, override: `futureField: {b: [2], c: {e: 2}}`, want: `{futureField: {a: 1, b: [2], c: {d: 1, e: 2}}}`,
			warnings: []string{
				"multi-casskop.yaml:10:12: warning: spec.base.spec.futureField: {\"a\":1,\"b\":[1],\"c\":{\"d\":1}}: unknown field, kept as it is",
				"multi-casskop.yaml:12:17: warning: spec.override.k1.spec.futureField: {\"b\":[2],\"c\":{\"e\":2}}: unknown field, kept as it is",
			},
		},
		"datacenters and sidecars get resources: {}, which CassKop writes back": {
			base: `sidecarConfigs: [{name: s, image: i}]`, override: `topology: {dc: [{name: dc1, rack: [{name: r1}]}]}`,
			want: `{sidecarConfigs: [{name: s, image: i, resources: {}}], topology: {dc: [{name: dc1, rack: [{name: r1}], resources: {}}]}}`,
		},
		"quantities are canonical": {
			base: `resources: {requests: {cpu: 1000m, memory: 4096Mi}}`, override: `resources: {limits: {cpu: 2.5, memory: 1.5Gi}}`,
			want: `{resources: {requests: {cpu: "1", memory: 4Gi}, limits: {cpu: 2500m, memory: 1536Mi}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := multi(test.base, "k1: {spec: {"+test.override+"}}")
			ring, problems := settled(t, text, test.opts, fstest.MapFS{})
			if ring == nil {
				t.Fatal(problems)
			}
			if diff := cmp.Diff(flow(t, test.want), throughJSON(t, ring.Clusters[0].Object["spec"])); diff != "" {
				t.Errorf("spec (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.warnings, texts(problems.Sorted())); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			checkOverlays(t, text, test.opts)
		})
	}
}

// kustomize refuses a patch that puts one kind of value in the place of another, and keeps the quotes of a string that a number
// replaces: such values must not be in the base.
func TestOverlayWithAnotherTypeThanTheBaseBuilds(t *testing.T) {
	values := []string{`{x: 1}`, `{}`, `[1]`, `[]`, `[null, {x: null, y: {}}]`, `5`, `"5"`, `1.5`, `"1.5"`, `true`, `"true"`, `""`, `"null"`, `"y"`, `"1e3"`, `"0x1"`, `"2001-01-01"`}
	for _, base := range values {
		t.Run("base says "+base, func(t *testing.T) {
			var was, is []string
			for i, override := range values {
				was, is = append(was, fmt.Sprintf("v%d: %s", i, base)), append(is, fmt.Sprintf("v%d: %s", i, override))
			}
			old, now := "{"+strings.Join(was, ", ")+"}", "{"+strings.Join(is, ", ")+"}"
			checkOverlays(t, multi(inZone(`config: {deep: `+old+`}, futureField: `+old),
				`k1: {spec: {config: {deep: `+now+`}, futureField: `+now+`, topology: {dc: [{name: dc1}]}}}`,
				`k2: {spec: {config: {other: 1}, topology: {dc: [{name: dc2}]}}}`,
				`k3: {spec: {topology: {dc: [{name: dc3}]}}}`), Options{})
		})
	}
}

func TestBaseLeavesOutOnlyWhatClashes(t *testing.T) {
	text := multi(inZone(`config: {a: {b: {x: 1}, c: 1}}`), `k1: {spec: {config: {a: {b: 5, c: 2}}, topology: {dc: [{name: dc1}]}}}`, `k2: {spec: {topology: {dc: [{name: dc2}]}}}`)
	tree := rendering(t, text)
	for path, want := range map[string]string{
		basePath("demo", baseFile):             `{a: {c: 1}}`,
		overlayPath("k1", "demo", overlayFile): `{a: {b: 5, c: 2}}`,
		overlayPath("k2", "demo", overlayFile): `{a: {b: {x: 1}}}`,
	} {
		if diff := cmp.Diff(flow(t, want), manifest(t, tree, path)["spec"].(map[string]any)["config"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

// Names that YAML reads as something else are quoted also where they are a part of a path.
func TestOverlayOfARingWhoseNameIsAWordOfYAML(t *testing.T) {
	for _, name := range []string{"y", "on", "no", "true", "null", "off"} {
		t.Run(name, func(t *testing.T) {
			checkOverlays(t, replaced(t, threeClusters(), "name: demo", `name: "`+name+`"`), Options{})
		})
	}
}

func TestSameSourcesInAnyOrderGiveTheSamePlan(t *testing.T) {
	var sources []Source
	tree := fstest.MapFS{}
	for i, name := range []string{"alpha", "beta", "gamma", "delta"} {
		text := replaced(t, replaced(t, threeClusters(), "name: demo", "name: "+name), "service:", "futureField: {b: 1, a: 2}, service:")
		tree = written(mustPlan(t, replaced(t, text, "name: r1", "name: r2"), Options{}, fstest.MapFS{}), tree)
		sources = append(sources, Source{Name: fmt.Sprintf("%d.yaml", i), Data: []byte(text)})
	}
	run := func() string {
		plan, problems := Make(sources, Options{}, tree, nil)
		var out strings.Builder
		for _, ring := range plan.Rings {
			fmt.Fprintln(&out, ring.Name, ring.Revision)
		}
		for _, c := range plan.Changes {
			fmt.Fprintf(&out, "%d %s %t\n%s", c.Action, c.Path, c.Edited, c.Content)
		}
		return out.String() + strings.Join(texts(problems), "\n")
	}
	want := run()
	if !strings.Contains(want, "futureField") || !strings.Contains(want, string(RuleRacksChanged)) {
		t.Errorf("there is little to compare:\n%s", want)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		random.Shuffle(len(sources), func(i, j int) { sources[i], sources[j] = sources[j], sources[i] })
		if got := run(); got != want {
			t.Fatalf("(-want +got):\n%s", cmp.Diff(want, got))
		}
	}
}
