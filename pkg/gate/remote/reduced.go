package remote

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// reduced is what is left of an object once it was read. Pages of a list are reduced one by one, so that the whole list is never in
// memory.
type reduced[F any] struct {
	name  types.NamespacedName
	facts F
}

// GetObjectKind implements runtime.Object, which a reflector asks for.
func (*reduced[F]) GetObjectKind() schema.ObjectKind { return schema.EmptyObjectKind }

// DeepCopyObject returns the same: nobody changes it.
func (r *reduced[F]) DeepCopyObject() runtime.Object { return r }

// reducedList is a list of them.
type reducedList struct {
	metav1.ListMeta
	Items []runtime.Object
}

// GetObjectKind implements runtime.Object.
func (*reducedList) GetObjectKind() schema.ObjectKind { return schema.EmptyObjectKind }

// DeepCopyObject returns the same: nobody changes it.
func (l *reducedList) DeepCopyObject() runtime.Object { return l }

// reduce reads an object.
func (f *follower[F, R]) reduce(object *unstructured.Unstructured) runtime.Object {
	return &reduced[F]{types.NamespacedName{Namespace: object.GetNamespace(), Name: object.GetName()}, f.read(object.Object)}
}

// reduced takes what a reflector brings: what a list made of an object, or the object itself, from a watch.
func (f *follower[F, R]) reduced(object any) (*reduced[F], error) {
	if found, ok := object.(*unstructured.Unstructured); ok {
		object = f.reduce(found)
	}
	found, ok := object.(*reduced[F])
	if !ok {
		return nil, fmt.Errorf("the watch brought a %T, want an unstructured object", object)
	}
	return found, nil
}
