package remote

import (
	"errors"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd/api"
)

// TestALoginProgramThatFails of a human's kubeconfig is told as what it is: the server was never asked.
func TestALoginProgramThatFails(t *testing.T) {
	config := answering(200, "application/json", "{}")(t)
	config.BearerToken = ""
	config.ExecProvider = &api.ExecConfig{Command: "false", APIVersion: "client.authentication.k8s.io/v1", InteractiveMode: api.NeverExecInteractiveMode}
	wantFailure(t, config, ReasonNotSent)
}

// TestAClientOfAHuman sorts what the server says like all others do.
func TestAClientOfAHuman(t *testing.T) {
	wantFailure(t, answering(401, "text/plain", "")(t), ReasonUnauthorized)
	wantFailure(t, nothing(t), ReasonConnectionRefused)
}

func wantFailure(t *testing.T, config *rest.Config, reason string) {
	t.Helper()
	client, err := NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Get(t.Context(), gatesResource, named("ring"))
	failure, ok := errors.AsType[*Failure](err)
	if !ok || failure.Reason != reason {
		t.Errorf("want %s, got %v", reason, err)
	}
}
