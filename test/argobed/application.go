package argobed

import (
	"encoding/json"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Application is what Argo CD says of one.
type Application struct {
	Metadata struct{ Annotations map[string]string }
	Status   struct {
		Sync struct {
			Status    string
			Revisions []string // that were compared, one for each source
		}
		Health         struct{ Status string }
		Conditions     []struct{ Type, Message string }
		Resources      []struct{ Kind, Status string }
		OperationState struct {
			Phase, Message string
			RetryCount     int64
			SyncResult     struct{ Revisions []string } // that were tried
		}
	}
}

// String is short enough for a log.
func (a *Application) String() string {
	var errors []string
	for _, c := range a.Status.Conditions {
		errors = append(errors, c.Type+": "+c.Message)
	}
	s, op := &a.Status, &a.Status.OperationState
	return strings.Join(append([]string{s.Sync.Status, s.Health.Status, op.Phase, op.Message}, errors...), ", ")
}

// Resource says whether the one resource of a kind is as git says.
func (a *Application) Resource(kind string) (status string) {
	for _, r := range a.Status.Resources {
		if r.Kind == kind {
			return r.Status
		}
	}
	return ""
}

func object(kind, name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": map[string]any{"namespace": Namespace, "name": name},
	}}
}

// Application reads one. It is empty where there is none.
func (a *Argo) Application(t testing.TB, name string) *Application {
	t.Helper()
	app := &Application{}
	content, err := a.Object(t, "Application", name).MarshalJSON()
	must(t, err)
	must(t, json.Unmarshal(content, app))
	return app
}

// Object reads an object of Argo CD. Where there is none it has nothing but a name.
func (a *Argo) Object(t testing.TB, kind, name string) *unstructured.Unstructured {
	t.Helper()
	u := object(kind, name)
	must(t, client.IgnoreNotFound(a.Hub.Client.Get(t.Context(), client.ObjectKeyFromObject(u), u)))
	return u
}

// Refresh has Argo CD look at the repository now, as a webhook of the git server does.
func (a *Argo) Refresh(t testing.TB, name string) {
	t.Helper()
	a.Patch(t, "Application", name, `{"metadata":{"annotations":{"argocd.argoproj.io/refresh":"normal"}}}`)
}

// Patch changes an object of Argo CD, by a merge patch.
func (a *Argo) Patch(t testing.TB, kind, name, patch string) {
	t.Helper()
	must(t, a.Hub.Client.Patch(t.Context(), object(kind, name), client.RawPatch(types.MergePatchType, []byte(patch))))
}

// Delete deletes an object of Argo CD.
func (a *Argo) Delete(t testing.TB, kind, name string) {
	t.Helper()
	must(t, a.Hub.Client.Delete(t.Context(), object(kind, name)))
}
