package render

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// expectation says where a golden case differs from Multi-CassKop on purpose.
type expectation struct {
	Result string                    `json:"result"` // error, or empty
	Match  string                    `json:"match"`  // what the error must say
	Patch  map[string]map[string]any `json:"patch"`  // by cluster: a JSON merge patch on the recorded object
}

// TestGolden holds overlays, as kustomize builds them, against the CassandraClusters that the real Multi-CassKop made of the
// same specs. Compared is what both say: CassKop's defaults and empty values are left out on both sides.
func TestGolden(t *testing.T) {
	cases, err := filepath.Glob("testdata/golden/*")
	if err != nil || len(cases) < 25 {
		t.Fatalf("want at least 25 cases, found %d: %v", len(cases), err)
	}
	for _, dir := range cases {
		t.Run(filepath.Base(dir), func(t *testing.T) { goldenCase(t, dir) })
	}
}

func goldenCase(t *testing.T, dir string) {
	var want expectation
	if b, err := os.ReadFile(filepath.Join(dir, "expect.json")); err == nil {
		decodeJSON(t, b, &want)
	}
	clusters := strings.Fields(string(readFile(t, filepath.Join(dir, "clusters"))))
	config := DefaultConfig()
	config.Seeds = v1alpha1.SeedsUnmanaged
	plan, problems := Make([]Source{{Name: "multi-casskop.yaml", Data: readFile(t, filepath.Join(dir, "multi-casskop.yaml"))}},
		Options{Config: config, Local: clusters[0], Remotes: clusters[1:], Allow: []Rule{RuleDuplicateDatacenter, RuleZeroNodes}}, fstest.MapFS{}, nil)
	if want.Result == "error" {
		if text := problems.Error(); !regexp.MustCompile(want.Match).MatchString(text) {
			t.Fatalf("want an error that matches %q, got %q", want.Match, text)
		}
		return
	}
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	tree := inMemory(t, plan)
	for _, cluster := range clusters {
		got := buildOne(t, tree, overlayPath(cluster, plan.Rings[0].Name, ""))
		checkFixedPoint(t, cluster, got)
		recorded := readRecorded(t, dir, cluster)
		if patch := want.Patch[cluster]; patch != nil {
			recorded = applyPatch(recorded, patch)
		}
		if diff := cmp.Diff(decided(recorded), decided(got)); diff != "" {
			t.Errorf("%s (-Multi-CassKop +render):\n%s", cluster, diff)
		}
	}
}

// checkFixedPoint decodes and encodes through the Go types, as CassKop does, and compares: what CassKop would write back
// differently Flux would write again. Structs that appear outside of lists do not count, since nobody owns them.
func checkFixedPoint(t *testing.T, cluster string, object map[string]any) {
	t.Helper()
	b, err := json.Marshal(object["spec"])
	if err != nil {
		t.Fatal(err)
	}
	var spec casskop.CassandraClusterSpec
	decodeJSON(t, b, &spec)
	if b, err = json.Marshal(spec); err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	decodeJSON(t, b, &back)
	given, _ := object["spec"].(map[string]any) // a ring may have nothing to say
	for key, value := range given {
		if _, known := clusterType.Field("spec", key); known {
			if diff := cmp.Diff(withoutEmptyMaps(back[key]), withoutEmptyMaps(value)); diff != "" {
				t.Errorf("%s: spec.%s is not what CassKop writes back (-CassKop +render):\n%s", cluster, key, diff)
			}
		}
	}
}

// withoutEmptyMaps drops {} below mappings, not below lists.
func withoutEmptyMaps(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := map[string]any{}
	for k, e := range m {
		if e = withoutEmptyMaps(e); !isEmptyMap(e) {
			out[k] = e
		}
	}
	return out
}

func isEmptyMap(v any) bool {
	m, ok := v.(map[string]any)
	return ok && len(m) == 0
}

// readRecorded prefers what was read back from the API server over what came straight from the merge.
func readRecorded(t *testing.T, dir, cluster string) (object map[string]any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, cluster+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		b = readFile(t, filepath.Join(dir, cluster+".merge.json"))
	}
	decodeJSON(t, b, &object)
	return object
}

// defaultSpec is what CassKop 2.1.0 and its CRD add when absent (CheckDefaults, +kubebuilder:default).
var defaultSpec = map[string]any{
	"cassandraImage": "cassandra:3.11.10", "imagepullpolicy": "Always", "bootstrapImage": "orangeopensource/cassandra-bootstrap:0.1.9",
	"configBuilderImage": "datastax/cass-config-builder:1.0.4", "serviceAccountName": "cassandra-cluster-node", "readOnlyRootFilesystem": true,
	"livenessInitialDelaySeconds": 120.0, "livenessHealthCheckTimeout": 20.0, "livenessHealthCheckPeriod": 10.0,
	"readinessInitialDelaySeconds": 60.0, "readinessHealthCheckTimeout": 10.0, "readinessHealthCheckPeriod": 10.0,
	"runAsUser": 999.0, "fsGroup": 1.0, "serverType": "cassandra",
}

// decided reduces an object to what Multi-CassKop and render both decide.
func decided(object map[string]any) map[string]any {
	spec, _ := object["spec"].(map[string]any)
	for k, v := range defaultSpec {
		if spec[k] == v {
			delete(spec, k)
		}
	}
	if sidecar, ok := spec["backRestSidecar"].(map[string]any); ok && sidecar["image"] == "gcr.io/cassandra-operator/instaclustr-icarus:1.1.0" {
		delete(sidecar, "image")
	}
	withoutDefaultProtocol(spec)
	status, _ := object["status"].(map[string]any)
	meta := object["metadata"].(map[string]any)
	annotations, _ := meta["annotations"].(map[string]any)
	for name := range annotations {
		if prefix, _, _ := strings.Cut(name, "/"); prefix == "casskop-gitops.dev" || prefix == "kustomize.toolkit.fluxcd.io" || prefix == "argocd.argoproj.io" {
			delete(annotations, name)
		}
	}
	out, _ := compact(map[string]any{
		"metadata": map[string]any{"name": meta["name"], "namespace": meta["namespace"], "labels": meta["labels"], "annotations": annotations,
			"finalizers": meta["finalizers"]},
		"spec": spec, "seedlist": status["seedlist"],
	}).(map[string]any)
	return out
}

// withoutDefaultProtocol undoes the CRD's default for the ports of sidecars.
func withoutDefaultProtocol(spec map[string]any) {
	sidecars, _ := spec["sidecarConfigs"].([]any)
	for _, s := range sidecars {
		ports, _ := s.(map[string]any)["ports"].([]any)
		for _, p := range ports {
			if port := p.(map[string]any); port["protocol"] == "TCP" {
				delete(port, "protocol")
			}
		}
	}
}

// compact drops null and empty mappings and lists.
func compact(v any) any {
	switch e := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, item := range e {
			if item = compact(item); item != nil {
				out[k] = item
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		if len(e) == 0 {
			return nil
		}
		out := make([]any, len(e))
		for i, item := range e {
			out[i] = compact(item)
		}
		return out
	}
	return v
}

// inMemory puts the files of a plan, but those that go, into a file system for kustomize.
func inMemory(t *testing.T, plan *Plan) filesys.FileSystem {
	t.Helper()
	tree := filesys.MakeFsInMemory()
	for _, c := range plan.Changes {
		if c.Action != Remove {
			if err := tree.WriteFile("/"+c.Path, c.Content); err != nil {
				t.Fatal(err)
			}
		}
	}
	return tree
}

// buildOne runs the kustomize library on a folder of the tree that holds one object.
func buildOne(t *testing.T, tree filesys.FileSystem, dir string) (object map[string]any) {
	t.Helper()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(tree, "/"+dir)
	if err != nil {
		t.Fatalf("kustomize build %s: %v", dir, err)
	}
	if n := resources.Size(); n != 1 {
		t.Fatalf("kustomize build %s: want one object, got %d", dir, n)
	}
	b, err := resources.Resources()[0].AsYAML()
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, &object); err != nil {
		t.Fatal(err)
	}
	checkQuantities(t, dir, object)
	return object
}

// checkQuantities fails on quantities that Kubernetes would write otherwise.
func checkQuantities(t *testing.T, at string, v any) {
	t.Helper()
	m, _ := v.(map[string]any)
	for k, e := range m {
		if list, ok := e.(map[string]any); ok && (k == "limits" || k == "requests") {
			for name, q := range list {
				if parsed, err := resource.ParseQuantity(q.(string)); err != nil || parsed.String() != q {
					t.Errorf("%s: %s.%s: %v is not canonical", at, k, name, q)
				}
			}
		}
		checkQuantities(t, at+"."+k, e)
	}
}

func decodeJSON(t *testing.T, b []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
