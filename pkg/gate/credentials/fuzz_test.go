package credentials_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

var reasons = []string{
	credentials.ReasonSecretEmpty, credentials.ReasonSecretAmbiguous, credentials.ReasonKubeconfigUnreadable, credentials.ReasonContextNotChosen,
	credentials.ReasonContextMissing, credentials.ReasonClusterMissing, credentials.ReasonUserMissing, credentials.ReasonNoServer,
	credentials.ReasonServerInvalid, credentials.ReasonPlainHTTP, credentials.ReasonInsecureTLS, credentials.ReasonProxy, credentials.ReasonNoCA,
	credentials.ReasonCAInvalid, credentials.ReasonNoCredentials, credentials.ReasonTokenInvalid, credentials.ReasonClientCertificateInvalid,
	credentials.ReasonFilePath, credentials.ReasonExec, credentials.ReasonAuthProvider, credentials.ReasonBasicAuth, credentials.ReasonImpersonation,
}

func FuzzParse(f *testing.F) {
	config := kubeconfig(f, nil)
	f.Add(config, []byte(server), fixtures().ca.cert, []byte(token), []byte(nil))
	f.Add([]byte(nil), []byte(server), fixtures().ca.cert, []byte(jwt(map[string]any{"exp": 2e9})), []byte(nil))
	f.Add(config, []byte(nil), []byte(nil), []byte(nil), config)
	f.Fuzz(func(t *testing.T, config, server, ca, token, value []byte) {
		c, err := credentials.Parse(map[string][]byte{"config": config, "server": server, "ca.crt": ca, "token": token, "value": value})
		if err != nil {
			wantKnown(t, err, token)
			return
		}
		wantSafe(t, c)
	})
}

// wantKnown also looks for the token if it is long enough not to be in the message by chance.
func wantKnown(t *testing.T, err error, token []byte) {
	var refusal *credentials.Refusal
	if !errors.As(err, &refusal) || !slices.Contains(reasons, refusal.Reason) || refusal.Message == "" {
		t.Fatalf("want a refusal with a known reason, got %#v", err)
	}
	if word := strings.TrimSpace(string(token)); len(word) > 20 && !strings.Contains(word, " ") && strings.Contains(refusal.Message, word) {
		t.Errorf("the token is in the message: %s", refusal.Message)
	}
}

func wantSafe(t *testing.T, c *credentials.Credentials) {
	config := c.Config()
	if !strings.HasPrefix(strings.ToLower(config.Host), "https://") || len(config.CAData) == 0 || config.Insecure {
		t.Errorf("want https and a CA, got %s", c)
	}
	if config.ExecProvider != nil || config.AuthProvider != nil || config.Username != "" || config.Password != "" || config.Impersonate.UserName != "" {
		t.Errorf("want nothing but a token or a client certificate, got %s", c)
	}
	if config.BearerToken == "" && len(config.CertData) == 0 || config.BearerTokenFile != "" || config.CAFile != "" || config.CertFile != "" || config.KeyFile != "" {
		t.Errorf("want credentials, and none from a file, got %s", c)
	}
	if proxy, err := config.Proxy(&http.Request{}); proxy != nil || err != nil {
		t.Errorf("want no proxy, got %v %v", proxy, err)
	}
	if tls, err := rest.TLSConfigFor(config); err != nil || tls == nil || tls.RootCAs == nil || tls.InsecureSkipVerify {
		t.Errorf("want TLS with a CA, got %v", err)
	}
	if _, err := rest.HTTPClientFor(config); err != nil {
		t.Error(err)
	}
	if _, _, err := rest.DefaultServerUrlFor(config); err != nil {
		t.Error(err)
	}
}
