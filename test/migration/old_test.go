package migration

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// oldOperator is the field manager of Multi-CassKop: the name of its binary.
const oldOperator = "multi-casskop"

// recording is a MultiCasskop and the CassandraClusters that the real Multi-CassKop made of it, as v1alpha1: no CassKop that reads v2 can be had.
// Its seeds name another ring's pods in the sample; here they name the ring's own, or there would be two rings.
type recording struct {
	multi    map[string]any
	clusters map[string]map[string]any
}

func sample(t *testing.T) recording {
	t.Helper()
	dir := filepath.Join(bed.Root(), "pkg/render/testdata/golden/sample-2")
	r := recording{clusters: map[string]map[string]any{}}
	read := func(name string) (object map[string]any) {
		content, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		text := strings.NewReplacer("db.orange.com/v2", casskop.APIVersionV1alpha1, "cassandra-demo-2", ringName, "cassandra-e2e-dc", ringName+"-dc").Replace(string(content))
		must(t, yaml.Unmarshal([]byte(text), &object))
		return object
	}
	r.multi = read("multi-casskop.yaml")
	for _, c := range clusters {
		object := read(c.Name + ".json")
		onlyV1alpha1(object["spec"].(map[string]any))
		object["metadata"].(map[string]any)["namespace"] = ringName
		r.clusters[c.Name] = object
		override := r.multi["spec"].(map[string]any)["override"].(map[string]any)[c.Name].(map[string]any)
		onlyV1alpha1(override["spec"].(map[string]any))
	}
	r.multi["metadata"] = map[string]any{"name": ringName, "namespace": ringName, "finalizers": []any{"kubernetes.io/multi-casskop"}}
	base := r.multi["spec"].(map[string]any)["base"].(map[string]any)
	base["metadata"].(map[string]any)["namespace"] = ringName
	base["metadata"].(map[string]any)["creationTimestamp"] = nil // the operator wrote the object back through its Go types
	return r
}

// onlyV1alpha1 drops what v2 added.
func onlyV1alpha1(spec map[string]any) {
	for _, field := range []string{"config", "configBuilderImage", "serverType"} {
		delete(spec, field)
	}
	topology, _ := spec["topology"].(map[string]any)
	dcs, _ := topology["dc"].([]any)
	for _, dc := range dcs {
		delete(dc.(map[string]any), "config")
	}
}

// multiCasskopCRD is one without a schema, as Multi-CassKop's is.
func multiCasskopCRD() *apiextensionsv1.CustomResourceDefinition {
	keep := true
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "multicasskops.db.orange.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: casskop.Group, Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Kind: "MultiCasskop", ListKind: "MultiCasskopList", Plural: "multicasskops", Singular: "multicasskop"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{Name: "v1alpha1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &keep}}}},
		},
	}
}

// create makes an object with the old operator's field manager.
func create(t *testing.T, c *bed.Cluster, object map[string]any) *unstructured.Unstructured {
	t.Helper()
	encoded, err := json.Marshal(object) // integers as a decoder of JSON for Kubernetes has them
	must(t, err)
	u := &unstructured.Unstructured{}
	must(t, u.UnmarshalJSON(encoded))
	must(t, c.Client.Create(t.Context(), u, client.FieldOwner(oldOperator)))
	return u
}

// asMultiCassKopLeft makes what Multi-CassKop leaves behind in the clusters of a ring, in its order, its Deployment included.
func asMultiCassKopLeft(t *testing.T, ring *fleet.Ring) {
	t.Helper()
	first := ring.Members[0]
	_, err := envtest.InstallCRDs(first.Config, envtest.CRDInstallOptions{CRDs: []*apiextensionsv1.CustomResourceDefinition{multiCasskopCRD()}, PollInterval: 20 * time.Millisecond})
	must(t, err)
	r := sample(t)
	create(t, first.Cluster, r.multi)
	create(t, first.Cluster, deployment())
	for _, m := range ring.Members {
		create(t, m.Cluster, r.clusters[m.Name])
		bed.WaitFor(t, patience, "the CassandraCluster in "+m.Name+" is ready", func() (bool, string) {
			_, readiness := m.State(t)
			return readiness.Ready, readiness.Reason + ": " + readiness.Message
		})
	}
}

// deployment is that of Multi-CassKop. No node runs it.
func deployment() map[string]any {
	labels := map[string]any{"name": oldOperator, "operator": oldOperator}
	return map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"name": oldOperator, "namespace": ringName, "labels": map[string]any{"operator": "cassandra"}},
		"spec": map[string]any{"replicas": 1, "selector": map[string]any{"matchLabels": map[string]any{"name": oldOperator}},
			"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{"containers": []any{map[string]any{
				"name": oldOperator, "image": "orangeopensource/multi-casskop:2.1.0", "args": []any{"-lk8s-cluster1", "-rk8s-cluster2"}}}}}},
	}
}
