package remote

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

// TestNextSecret: the same content is the same row, so that nothing is connected anew; and of bytes nothing is kept.
func TestNextSecret(t *testing.T) {
	server := newAPIServer(t, nil)
	good := secretFor("c1", server)
	first := nextSecret(secret{}, good, time.Time{})
	if first.parsed == nil || first.parsed.Server != server.URL || first.why != (Failure{}) {
		t.Fatalf("got %+v", first)
	}
	if again := nextSecret(first, secretFor("c1", server), time.Time{}); again != first {
		t.Errorf("the same content is another row: %+v", again)
	}
	other := secretFor("c1", server)
	other["data"].(map[string]any)["token"] = base64.StdEncoding.EncodeToString([]byte("another"))
	if next := nextSecret(first, other, time.Time{}); next == first || next.parsed == nil {
		t.Errorf("another token is the row %+v", next)
	}
	for what, test := range map[string]struct {
		data any
		want string
	}{
		"no data":                   {nil, credentials.ReasonSecretEmpty},
		"data that are no object":   {"text", credentials.ReasonSecretEmpty},
		"values that are no text":   {map[string]any{"token": 1.5}, credentials.ReasonSecretEmpty},
		"values that are not coded": {map[string]any{"token": "s3cret!"}, credentials.ReasonSecretEmpty},
		"garbage":                   {map[string]any{"config": base64.StdEncoding.EncodeToString([]byte("s3cret: {"))}, credentials.ReasonKubeconfigUnreadable},
	} {
		row := nextSecret(first, map[string]any{"data": test.data}, time.Time{})
		if row.parsed != nil || row.why.Reason != test.want || strings.Contains(row.why.Message, "s3cret") {
			t.Errorf("%s: got %+v, want %s", what, row, test.want)
		}
	}
}
