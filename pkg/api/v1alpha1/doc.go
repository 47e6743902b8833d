// Package v1alpha1 holds what the two binaries and their users agree on: the Gate (the one kind served by a cluster), the RenderConfig
// (the file render.yaml), and the names of annotations and labels. It promises that a manifest which the CRD accepts decodes into
// these types without loss. It refuses logic: what a gate decides and what render writes is elsewhere, and nothing here needs a
// client or a controller library.
//
// +kubebuilder:object:generate=true
// +groupName=casskop-gitops.dev
package v1alpha1
