package argocd

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
)

// application is what is read of an Application.
type application struct {
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     struct {
		Destination destination `json:"destination"`
		SyncPolicy  struct {
			Automated *automated `json:"automated"`
		} `json:"syncPolicy"`
	} `json:"spec"`
	// Operation is there from the request for an operation until its end.
	Operation *struct{} `json:"operation"`
	Status    struct {
		OperationState *operationState `json:"operationState"`
		Resources      []resource      `json:"resources"`
	} `json:"status"`
}

type automated struct {
	Enabled *bool `json:"enabled"`
}

type destination struct {
	Server string `json:"server"`
	Name   string `json:"name"`
}

type operationState struct {
	Operation struct {
		InitiatedBy struct {
			Automated bool `json:"automated"`
		} `json:"initiatedBy"`
	} `json:"operation"`
	Phase string `json:"phase"`
	// FinishedAt is, in phase Running, when the last attempt failed: there will be another one.
	FinishedAt *metav1.Time `json:"finishedAt"`
}

type resource struct {
	Group     string `json:"group"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

var applications = notify.Kind{Group: "argoproj.io", Version: "v1alpha1", Kind: "Application"}

// longAgo is the time to which the end of the last attempt is moved: whatever the backoff is, it has passed.
var longAgo = time.Unix(0, 0).UTC()

// retryNow makes the next attempt due, unless the Application is not any more as it was read. An Application has no status
// subresource.
func (t *Tool) retryNow(ctx context.Context, name types.NamespacedName, resourceVersion string) error {
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"resourceVersion": resourceVersion},
		"status":   map[string]any{"operationState": map[string]any{"finishedAt": metav1.NewTime(longAgo)}},
	})
	if err != nil {
		return err
	}
	if err := t.Client.Patch(ctx, applications.Object(name), client.RawPatch(types.MergePatchType, patch), client.FieldOwner(notify.FieldManager)); err != nil {
		return fmt.Errorf("end the backoff of Application %s: %w", name, err)
	}
	log.FromContext(ctx).Info("ended Argo CD's backoff", "application", name.String())
	return nil
}
