package credentials_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

func TestExpiresIsTheFirstEnd(t *testing.T) {
	part := base64.RawURLEncoding.EncodeToString
	for name, test := range map[string]struct {
		token    string
		withCert bool
		want     time.Time
	}{
		"a token that says when":             {jwt(map[string]any{"exp": tokenEnds.Unix()}), false, tokenEnds},
		"a token that ended long ago":        {jwt(map[string]any{"exp": 1}), false, time.Unix(1, 0)},
		"parts of a second":                  {jwt(map[string]any{"exp": float64(tokenEnds.Unix()) + 0.9}), false, tokenEnds},
		"a client certificate alone":         {"", true, certEnds},
		"a token that ends first":            {jwt(map[string]any{"exp": tokenEnds.Unix()}), true, tokenEnds},
		"a client certificate that does":     {jwt(map[string]any{"exp": certEnds.Unix() + 1}), true, certEnds},
		"a token without end, as they were":  {jwt(map[string]any{"iss": "kubernetes/serviceaccount"}), false, time.Time{}},
		"a token without end beside one":     {jwt(nil), true, certEnds},
		"an opaque token":                    {token, false, time.Time{}},
		"three parts that are no JWT":        {"a.b.c", false, time.Time{}},
		"letters that only URLs encode so":   {jwt(map[string]any{"exp": 1, "sub": "~~~~???~"}), false, time.Unix(1, 0)},
		"four parts":                         {jwt(map[string]any{"exp": 1}) + ".d", false, time.Time{}},
		"three parts without JSON":           {"a." + part([]byte("exp")) + ".c", false, time.Time{}},
		"an end that is text":                {jwt(map[string]any{"exp": "2030"}), false, time.Time{}},
		"an end under another name":          {jwt(map[string]any{"EXP": tokenEnds.Unix()}), false, time.Time{}},
		"an end before all time":             {jwt(map[string]any{"exp": -1e300}), false, time.Time{}},
		"an end beyond all time":             {jwt(map[string]any{"exp": 1e300}), false, time.Time{}},
		"milliseconds in place of seconds":   {jwt(map[string]any{"exp": tokenEnds.UnixMilli()}), false, time.Time{}},
		"a JWT in the padded base64 of some": {"a." + base64.URLEncoding.EncodeToString([]byte(`{"exp":1}`)) + ".c", false, time.Unix(1, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			config := kubeconfig(t, func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) {
				u.Token = test.token
				if test.withCert {
					u.ClientCertificateData, u.ClientKeyData = fixtures().client.cert, fixtures().client.key
				}
			})
			got, err := credentials.Parse(map[string][]byte{"config": config})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Expires); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestSubjectIsWhomTheTokenSays(t *testing.T) {
	for name, test := range map[string]struct{ token, want string }{
		"a ServiceAccount's":   {jwt(map[string]any{"sub": "system:serviceaccount:a:b"}), "system:serviceaccount:a:b"},
		"one that does not":    {jwt(map[string]any{"exp": 1}), ""},
		"a number":             {jwt(map[string]any{"sub": 1}), ""},
		"an opaque token":      {token, ""},
		"claims that are none": {"a." + base64.RawURLEncoding.EncodeToString([]byte(`"sub"`)) + ".c", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (&credentials.Credentials{Token: test.token}).Subject(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
