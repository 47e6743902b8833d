package argocd

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
)

// Tool is the Argo CD of this cluster.
type Tool struct {
	// Namespace is where Applications are whose names Argo CD writes without a namespace. No others are touched.
	Namespace string
	// Client patches Applications.
	Client client.Client
	// Reader reads Applications, from the API server: there is no right to list or watch them.
	Reader client.Reader
	// Clock tells the time.
	Clock clock.PassiveClock
}

// Name is Argo CD.
func (t *Tool) Name() string { return "Argo CD" }

// Hasten ends the wait of an Application between two attempts.
func (t *Tool) Hasten(ctx context.Context, gate *v1alpha1.Gate, opened time.Time) (time.Duration, error) {
	name, err := t.deliveredBy(gate)
	if err != nil || name.Name == "" {
		return 0, err
	}
	var app application
	if err := applications.Read(ctx, t.Reader, name, &app); err != nil {
		return 0, err
	}
	if err := app.delivers(gate); err != nil {
		return 0, err
	}
	retry, after := app.next(opened, t.Clock.Now())
	if !retry {
		return after, nil
	}
	err = t.retryNow(ctx, name, app.Metadata.ResourceVersion)
	if apierrors.IsConflict(err) { // Argo CD was faster, or somebody else wrote
		log.FromContext(ctx).V(1).Info("the Application has changed meanwhile", "application", name.String())
		return notify.Shortest, nil
	}
	return after, err
}
