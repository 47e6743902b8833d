package admission

import (
	"encoding/json"
	"fmt"

	admissionv1 "k8s.io/api/admission/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// Write is a write of a CassandraCluster, as an API server asks about it.
type Write struct {
	// Namespace and Name are those of the CassandraCluster, and so of its Gate.
	Namespace, Name string

	creates  bool
	dryRun   bool
	new, old object
}

// object is what the rules read of a CassandraCluster.
type object struct {
	Metadata struct {
		Annotations map[string]string `json:"annotations"`
		Labels      map[string]string `json:"labels"`
	} `json:"metadata"`
	Status json.RawMessage `json:"status"`
}

// Read reads a request. It fails for what is no create or update of an object, and no API server asks that.
func Read(request *admissionv1.AdmissionRequest) (*Write, error) {
	w := &Write{Namespace: request.Namespace, Name: request.Name, creates: request.Operation == admissionv1.Create,
		dryRun: request.DryRun != nil && *request.DryRun}
	if !w.creates && request.Operation != admissionv1.Update {
		return nil, fmt.Errorf("operation %q: want %s or %s", request.Operation, admissionv1.Create, admissionv1.Update)
	}
	if err := decode(request.Object.Raw, &w.new); err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	if w.creates {
		return w, nil
	}
	if err := decode(request.OldObject.Raw, &w.old); err != nil {
		return nil, fmt.Errorf("oldObject: %w", err)
	}
	return w, nil
}

// decode minds capitals, as the API server does: encoding/json would take a field Metadata, which nobody checked, for metadata.
func decode(raw []byte, o *object) error { return utiljson.Unmarshal(raw, o) }

// TakesRevision is what the policy's conditions say: only such a write asks the Gate. No write of CassKop does.
func (w *Write) TakesRevision() bool {
	return !w.dryRun && (w.creates || w.revision() != w.old.Metadata.Annotations[v1alpha1.AnnotationRevision])
}

func (w *Write) revision() string { return w.new.Metadata.Annotations[v1alpha1.AnnotationRevision] }

// marked: it belongs to a ring, whether or not its Gate is there.
func (w *Write) marked() bool {
	_, now := w.new.Metadata.Annotations[v1alpha1.AnnotationRevision]
	_, before := w.old.Metadata.Annotations[v1alpha1.AnnotationRevision]
	return now || before
}
