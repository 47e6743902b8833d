package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

// silent is an API server that cannot be read.
type silent struct{ client.Reader }

func (silent) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return errors.New("no answer")
}

// asked is what the webhooks answer to a body.
func asked(t *testing.T, path, body string) (code int32, message string) {
	t.Helper()
	server := &webhook.DefaultServer{}
	Register(server, silent{})
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	server.WebhookMux().ServeHTTP(recorder, request)
	var review admissionv1.AdmissionReview
	if err := json.NewDecoder(bytes.NewReader(recorder.Body.Bytes())).Decode(&review); err != nil {
		t.Fatalf("%s: %v", recorder.Body, err)
	}
	if review.Response.Allowed {
		return 0, ""
	}
	return review.Response.Result.Code, review.Response.Result.Message
}

func review(operation, object string) string {
	return `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"1","namespace":"ns","name":"demo","operation":"` +
		operation + `","object":` + object + `,"oldObject":` + object + `}}`
}

// TestWhatCannotBeJudged is refused. test/policy has what can be.
func TestWhatCannotBeJudged(t *testing.T) {
	tests := map[string]struct {
		path, body string
		code       int32
		says       string
	}{
		"the Gate cannot be read": {HoldPath, review("CREATE", `{}`), http.StatusServiceUnavailable,
			"held: Gate ns/demo could not be read: no answer; try again, and if it stays so, see kubectl logs -n casskop-gitops-system deployment/casskop-gitops-gate"},
		"a revision that stays is not judged":   {HoldPath, review("UPDATE", `{}`), 0, ""},
		"another operation":                     {HoldPath, review("CONNECT", `{}`), http.StatusBadRequest, `operation "CONNECT": want CREATE or UPDATE`},
		"another operation, about seeds":        {SeedsPath, review("CONNECT", `{}`), http.StatusBadRequest, `operation "CONNECT": want CREATE or UPDATE`},
		"a status that cannot hold the seeds":   {SeedsPath, review("CREATE", `{"metadata":{"annotations":{"casskop-gitops.dev/seedlist":"a"}},"status":"x"}`), http.StatusForbidden, "status: want a mapping, it is to hold the seeds of annotation casskop-gitops.dev/seedlist"},
		"more than two objects can be together": {HoldPath, strings.Repeat(" ", 7<<20), http.StatusRequestEntityTooLarge, "request entity is too large; limit is 7340032 bytes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, message := asked(t, tt.path, tt.body)
			if diff := cmp.Diff([]any{tt.code, tt.says}, []any{code, message}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestSeats: no more than four requests are in memory; who finds no seat waits, and leaves with the API server.
func TestSeats(t *testing.T) {
	seats := make(chan struct{}, 1)
	seats <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	served := false
	handler := seated(seats, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served = true }))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodPost, "/", nil))
	if served {
		t.Error("a request was served without a seat")
	}
	<-seats
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil))
	if !served || len(seats) != 0 {
		t.Errorf("served: %t; seats taken: %d", served, len(seats))
	}
}
