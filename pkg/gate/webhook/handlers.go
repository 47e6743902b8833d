package webhook

import (
	"context"
	"fmt"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	rules "github.com/casskop-gitops/casskop-gitops/pkg/gate/admission"
)

const (
	// readTime is less than the timeoutSeconds of base/gate/webhook, so that the API server hears why.
	readTime = 1500 * time.Millisecond
	// atOnce bounds the memory of requests, 7 MB each at most (controller-runtime): the port takes them from anybody.
	atOnce = 4
)

// Register serves both rules. gates must read with quorum, not from a cache: see docs/decisions/0006.
func Register(server webhook.Server, gates client.Reader) {
	seats := make(chan struct{}, atOnce)
	server.Register(HoldPath, seated(seats, &admission.Webhook{Handler: hold{gates}}))
	server.Register(SeedsPath, seated(seats, &admission.Webhook{Handler: admission.HandlerFunc(seeds)}))
}

// seated has requests wait for a seat, at most until the API server gives up.
func seated(seats chan struct{}, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case seats <- struct{}{}:
			defer func() { <-seats }()
			next.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})
}

// hold refuses a revision that the Gate is not open for.
type hold struct{ gates client.Reader }

// Handle implements admission.Handler.
func (h hold) Handle(ctx context.Context, request admission.Request) admission.Response {
	write, err := rules.Read(&request.AdmissionRequest)
	if err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	if !write.TakesRevision() { // the conditions of the configuration say so too; a server older than 1.28 drops them
		return admission.Allowed("")
	}
	gate, err := h.gateOf(ctx, write)
	if err != nil {
		return admission.Errored(http.StatusServiceUnavailable, err)
	}
	if denial := write.Denial(gate); denial != "" {
		return admission.Denied(denial)
	}
	return admission.Allowed("")
}

// gateOf is nil when there is none.
func (h hold) gateOf(ctx context.Context, write *rules.Write) (*v1alpha1.Gate, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	gate := &v1alpha1.Gate{}
	err := h.gates.Get(ctx, client.ObjectKey{Namespace: write.Namespace, Name: write.Name}, gate)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("held: Gate %s/%s could not be read: %w; try again, and if it stays so, see kubectl logs -n %s deployment/casskop-gitops-gate",
			write.Namespace, write.Name, err, Namespace)
	}
	return gate, nil
}

// seeds writes status.seedlist, and keeps Flux's labels as they were.
func seeds(_ context.Context, request admission.Request) admission.Response {
	write, err := rules.Read(&request.AdmissionRequest)
	if err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	patches, err := write.Seeds()
	if err != nil {
		return admission.Denied(err.Error())
	}
	return admission.Patched("", append(patches, write.Labels()...)...)
}
