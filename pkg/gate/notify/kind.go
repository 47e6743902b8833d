package notify

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Kind is that of the objects by which a tool delivers.
type Kind schema.GroupVersionKind

// Object has a name and nothing else.
func (k Kind) Object(name types.NamespacedName) *unstructured.Unstructured {
	u := &unstructured.Unstructured{}
	u.SetGroupVersionKind(schema.GroupVersionKind(k))
	u.SetNamespace(name.Namespace)
	u.SetName(name.Name)
	return u
}

// Read reads what is wanted of an object; the rest is left out.
func (k Kind) Read(ctx context.Context, from client.Reader, name types.NamespacedName, wanted any) error {
	u := k.Object(name)
	if err := from.Get(ctx, name, u); err != nil {
		return fmt.Errorf("get %s %s: %w", k.Kind, name, err)
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, wanted); err != nil {
		return fmt.Errorf("read %s %s: %w", k.Kind, name, err)
	}
	return nil
}
