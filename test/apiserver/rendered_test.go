package apiserver

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var clusters []*bed.Cluster

func TestMain(m *testing.M) { os.Exit(bed.Main(m, &clusters, "rendered")) }

// overlays lists the folders that kustomize builds for each cluster: the committed tree's and those of pkg/render's tests.
func overlays(t *testing.T) map[string][]string {
	t.Helper()
	folders := map[string][]string{}
	for _, pattern := range []string{"clusters/*/*", "clusters/*/*/gate", "pkg/render/testdata/tree/*/want/clusters/*/*", "pkg/render/testdata/tree/*/want/clusters/*/*/gate"} {
		files, err := filepath.Glob(filepath.Join(bed.Root(), pattern, "kustomization.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no kustomization.yaml: %v", pattern, err)
		}
		for _, file := range files {
			dir, err := filepath.Rel(bed.Root(), filepath.Dir(file))
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

func build(t *testing.T, dir string) []byte {
	t.Helper()
	manifests, err := bed.Build(filepath.Join(bed.Root(), dir))
	if err != nil {
		t.Fatal(err)
	}
	return manifests
}

// TestKubectlBuildsTheSame: `kubectl kustomize` gives what the library gives.
func TestKubectlBuildsTheSame(t *testing.T) {
	kubectl, err := bed.Binary("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	for _, dirs := range overlays(t) {
		for _, dir := range dirs {
			got, err := exec.Command(kubectl, "kustomize", filepath.Join(bed.Root(), dir)).Output()
			if err != nil {
				t.Fatalf("kubectl kustomize %s: %v", dir, err)
			}
			if diff := cmp.Diff(string(build(t, dir)), string(got)); diff != "" {
				t.Errorf("%s (-library +kubectl):\n%s", dir, diff)
			}
		}
	}
}

// TestRenderedObjectsAreAccepted applies all that is rendered for each cluster as Flux would, with unknown fields refused, and
// applies it again: nothing may change.
func TestRenderedObjectsAreAccepted(t *testing.T) {
	c := client.WithFieldValidation(clusters[0].Client, metav1.FieldValidationStrict)
	for cluster, dirs := range overlays(t) {
		t.Run(cluster, func(t *testing.T) {
			var objects []*unstructured.Unstructured
			for _, dir := range dirs {
				objects = append(objects, decode(t, dir, build(t, dir))...)
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
	files, err := filepath.Glob(filepath.Join(bed.Root(), cluster, "flux/*.yaml"))
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

func decode(t *testing.T, name string, b []byte) []*unstructured.Unstructured {
	t.Helper()
	objects, err := bed.Decode(b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return objects
}

func applyTwice(t *testing.T, c client.Client, wanted *unstructured.Unstructured) {
	t.Helper()
	name := wanted.GetKind() + " " + wanted.GetNamespace() + "/" + wanted.GetName()
	if ns := wanted.GetNamespace(); ns != "" {
		clusters[0].Namespace(t, ns)
	}
	var live [2]map[string]any
	for i := range live {
		o := wanted.DeepCopy()
		err := c.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(o), client.FieldOwner(bed.FluxManager), client.ForceOwnership)
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
