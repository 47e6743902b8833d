package apiserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// root of the repository, from this folder.
const root = "../.."

var (
	config  *rest.Config
	kubectl = filepath.Join(assets(), "kubectl")
)

// assets is where the binaries are: bin/ as `make testbed` fills it, or KUBEBUILDER_ASSETS.
func assets() string {
	if dir := os.Getenv("KUBEBUILDER_ASSETS"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs(filepath.Join(root, "bin"))
	if err != nil {
		panic(err)
	}
	return dir
}

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	env := &envtest.Environment{BinaryAssetsDirectory: assets(), CRDInstallOptions: envtest.CRDInstallOptions{CRDs: crds()}}
	var err error
	if config, err = env.Start(); err != nil {
		panic("start kube-apiserver and etcd (make testbed builds them into bin/): " + err.Error())
	}
	defer func() {
		if err := env.Stop(); err != nil {
			panic(err)
		}
	}()
	return m.Run()
}

// crds are the Gate's, Flux's and CassKop's own. CassKop's module has v1alpha1 only; v2 is added without a schema, since it cannot be had.
func crds() []*apiextensionsv1.CustomResourceDefinition {
	gate := readCRD(filepath.Join(root, "base/gate/casskop-gitops.dev_gates.yaml"))
	flux := readCRD(filepath.Join(moduleDir("flux", "github.com/fluxcd/kustomize-controller"), "config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml"))
	casskop := readCRD(filepath.Join(moduleDir("casskop", "github.com/Orange-OpenSource/casskop"), "deploy/crds/db.orange.com_cassandraclusters_crd.yaml"))
	keep := true
	casskop.Spec.Versions = append(casskop.Spec.Versions, apiextensionsv1.CustomResourceDefinitionVersion{Name: "v2", Served: true,
		Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &keep}}})
	return []*apiextensionsv1.CustomResourceDefinition{gate, flux, casskop}
}

func readCRD(name string) *apiextensionsv1.CustomResourceDefinition {
	b, err := os.ReadFile(name)
	if err != nil {
		panic(err)
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(b, crd); err != nil {
		panic(name + ": " + err.Error())
	}
	return crd
}

// moduleDir downloads a module that a folder of the test bed pins, and returns where it is.
func moduleDir(folder, module string) string {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = filepath.Join(root, "test/testbed", folder)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	var info struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &info); err != nil || jsonErr != nil || info.Dir == "" {
		panic("go mod download " + module + ": " + info.Error)
	}
	return info.Dir
}

// overlays lists the folders that kustomize builds for each cluster: the committed tree's and those of pkg/render's tests.
func overlays(t *testing.T) map[string][]string {
	t.Helper()
	folders := map[string][]string{}
	for _, pattern := range []string{"clusters/*/*", "clusters/*/*/gate", "pkg/render/testdata/tree/*/want/clusters/*/*", "pkg/render/testdata/tree/*/want/clusters/*/*/gate"} {
		files, err := filepath.Glob(filepath.Join(root, pattern, "kustomization.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no kustomization.yaml: %v", pattern, err)
		}
		for _, file := range files {
			dir, err := filepath.Rel(root, filepath.Dir(file))
			if err != nil {
				t.Fatal(err)
			}
			tree, below, _ := strings.Cut("/"+dir, "/clusters/")
			cluster, _, _ := strings.Cut(below, "/")
			key := strings.TrimPrefix(tree+"/clusters/"+cluster, "/")
			folders[key] = append(folders[key], dir)
		}
	}
	return folders
}

func build(t *testing.T, dir string) resmap.ResMap {
	t.Helper()
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionLegacy // as kubectl has it
	built, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), filepath.Join(root, dir))
	if err != nil {
		t.Fatalf("kustomize build %s: %v", dir, err)
	}
	return built
}

// TestKubectlBuildsTheSame: `kubectl kustomize` gives what the library gives.
func TestKubectlBuildsTheSame(t *testing.T) {
	for _, dirs := range overlays(t) {
		for _, dir := range dirs {
			want, err := build(t, dir).AsYaml()
			if err != nil {
				t.Fatal(err)
			}
			got, err := exec.Command(kubectl, "kustomize", filepath.Join(root, dir)).Output()
			if err != nil {
				t.Fatalf("kubectl kustomize %s: %v", dir, err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-library +kubectl):\n%s", dir, diff)
			}
		}
	}
}

// TestRenderedObjectsAreAccepted applies all that is rendered for each cluster as Flux would, with unknown fields refused, and
// applies it again: nothing may change.
func TestRenderedObjectsAreAccepted(t *testing.T) {
	c, err := client.New(config, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c = client.WithFieldValidation(c, metav1.FieldValidationStrict)
	for cluster, dirs := range overlays(t) {
		t.Run(cluster, func(t *testing.T) {
			var objects []*unstructured.Unstructured
			for _, dir := range dirs {
				b, err := build(t, dir).AsYaml()
				if err != nil {
					t.Fatal(err)
				}
				objects = append(objects, decode(t, dir, b)...)
			}
			objects = append(objects, fluxObjects(t, cluster)...)
			for _, o := range objects {
				applyTwice(t, c, o)
			}
			for _, o := range objects {
				if err := c.Delete(t.Context(), o); err != nil && !apierrors.IsNotFound(err) {
					t.Error(err)
				}
			}
		})
	}
}

func fluxObjects(t *testing.T, cluster string) (objects []*unstructured.Unstructured) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, cluster, "flux/*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, decode(t, name, b)...)
	}
	return objects
}

func decode(t *testing.T, name string, b []byte) (objects []*unstructured.Unstructured) {
	t.Helper()
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(b), 4096)
	for {
		o := &unstructured.Unstructured{}
		switch err := decoder.Decode(o); {
		case errors.Is(err, io.EOF):
			return objects
		case err != nil:
			t.Fatalf("%s: %v", name, err)
		case len(o.Object) > 0:
			objects = append(objects, o)
		}
	}
}

func applyTwice(t *testing.T, c client.Client, wanted *unstructured.Unstructured) {
	t.Helper()
	name := wanted.GetKind() + " " + wanted.GetNamespace() + "/" + wanted.GetName()
	if ns := wanted.GetNamespace(); ns != "" {
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}
		if err := c.Create(t.Context(), namespace); err != nil && !apierrors.IsAlreadyExists(err) {
			t.Fatal(err)
		}
	}
	var live [2]map[string]any
	for i := range live {
		o := wanted.DeepCopy()
		err := c.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(o), client.FieldOwner("kustomize-controller"), client.ForceOwnership)
		if err != nil {
			t.Fatalf("apply %s: %v", name, err)
		}
		o.SetManagedFields(nil) // their times move
		o.SetResourceVersion("")
		o.SetGeneration(0) // counts the change of a stored v1alpha1 to v2 and back, which is this test's own
		live[i] = o.Object
	}
	if diff := cmp.Diff(live[0], live[1]); diff != "" {
		t.Errorf("%s, applied again (-first +second):\n%s", name, diff)
	}
}
