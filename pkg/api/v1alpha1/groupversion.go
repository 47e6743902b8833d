package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	// GroupVersion is the group and version of every kind in this package: casskop-gitops.dev/v1alpha1.
	GroupVersion = schema.GroupVersion{Group: "casskop-gitops.dev", Version: "v1alpha1"}

	// SchemeBuilder collects the functions that add this package's kinds to a scheme.
	SchemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

	// AddToScheme adds Gate and GateList to a scheme. RenderConfig is a file, never an object of a cluster, and is not added.
	AddToScheme = SchemeBuilder.AddToScheme
)

func addKnownTypes(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion, &Gate{}, &GateList{})
	metav1.AddToGroupVersion(scheme, GroupVersion)

	return nil
}
