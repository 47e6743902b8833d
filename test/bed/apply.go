package bed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// FluxManager is the field manager of Flux's kustomize-controller.
const FluxManager = "kustomize-controller"

// Build is `kubectl kustomize` of a folder: its objects as YAML, in kubectl's order.
func Build(dir string) ([]byte, error) {
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionLegacy // as kubectl has it
	built, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return nil, fmt.Errorf("kustomize build %s: %w", dir, err)
	}
	return built.AsYaml()
}

// Decode reads YAML documents as objects. Empty documents are left out.
func Decode(manifests []byte) (objects []*unstructured.Unstructured, err error) {
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifests), 4096)
	for {
		o := &unstructured.Unstructured{}
		if err := decoder.Decode(o); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		if len(o.Object) > 0 {
			objects = append(objects, o)
		}
	}
}

// Apply applies objects server-side as the administrator, by force, as Flux does. It ends at the first that is refused. Each
// object becomes what the server answers.
func (c *Cluster) Apply(ctx context.Context, fieldManager string, objects ...*unstructured.Unstructured) error {
	for _, o := range objects {
		err := c.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(o), client.FieldOwner(fieldManager), client.ForceOwnership)
		if err != nil {
			return fmt.Errorf("apply %s %s/%s: %w", o.GetKind(), o.GetNamespace(), o.GetName(), err)
		}
	}
	return nil
}

// ApplyFolder builds a folder and applies it, see Build and Apply. Namespaces that it does not hold must be there, see Namespace.
func (c *Cluster) ApplyFolder(ctx context.Context, dir, fieldManager string) error {
	manifests, err := Build(dir)
	if err != nil {
		return err
	}
	return c.ApplyYAML(ctx, manifests, fieldManager)
}

// ApplyYAML applies YAML documents, see Decode and Apply.
func (c *Cluster) ApplyYAML(ctx context.Context, manifests []byte, fieldManager string) error {
	objects, err := Decode(manifests)
	if err != nil {
		return err
	}
	return c.Apply(ctx, fieldManager, objects...)
}

// Namespace makes namespaces where they are missing. Without a kube-controller-manager none ever goes away: take a new name for
// each test that wants an empty one.
func (c *Cluster) Namespace(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		c.ensure(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
}

func (c *Cluster) ensure(t testing.TB, o client.Object) {
	t.Helper()
	if err := c.Client.Create(t.Context(), o); err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
}
