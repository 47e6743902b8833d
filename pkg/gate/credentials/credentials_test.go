package credentials_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

func base64JSON(data []byte) string {
	text, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// wantNoSecret looks for the token and the client key, as they are and in the usual disguises.
func wantNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{token, string(fixtures().client.key)} {
		bytewise := strings.Trim(fmt.Sprintf("%d", []byte(secret)), "[]")
		for _, form := range []string{secret, hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret)), bytewise} {
			if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
				t.Errorf("a secret got out: %.200s", text)
			}
		}
	}
}

func both() *credentials.Credentials {
	return &credentials.Credentials{
		Server: server, CA: fixtures().ca.cert, Token: token, ClientCert: fixtures().client.cert, ClientKey: fixtures().client.key, Expires: certEnds,
	}
}

func TestNoWayToPrintCredentialsShowsThem(t *testing.T) {
	for name, value := range map[string]any{"a pointer": both(), "a value": *both(), "a field": struct{ C credentials.Credentials }{*both()}} {
		t.Run(name, func(t *testing.T) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%U"} {
				wantNoSecret(t, fmt.Sprintf(verb, value))
			}
			text, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			wantNoSecret(t, string(text))
			var log bytes.Buffer
			slog.New(slog.NewTextHandler(&log, nil)).Info("text", "credentials", value)
			slog.New(slog.NewJSONHandler(&log, nil)).Info("json", "credentials", value)
			wantNoSecret(t, log.String())
		})
	}
}

func TestCredentialsSayWhatTheyAreFor(t *testing.T) {
	for want, c := range map[string]*credentials.Credentials{
		"token and client certificate for " + server + " until 2031-01-02T03:04:05Z": both(),
		"token for " + server:              {Server: server, Token: token},
		"client certificate for " + server: {Server: server, ClientCert: fixtures().client.cert},
		"no credentials for ":              {},
	} {
		if diff := cmp.Diff(want, fmt.Sprintf("%+v", c)); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	}
}

func TestConfigHasNothingButTheCredentials(t *testing.T) {
	t.Setenv("KUBECONFIG", "/nowhere")
	t.Setenv("HTTPS_PROXY", "http://proxy:3128")
	c := both()
	c.TLSServerName = "name-in-certificate"
	got := c.Config()
	if got.Proxy == nil {
		t.Fatal("without a function of its own the client asks the environment for a proxy")
	}
	if proxy, err := got.Proxy(&http.Request{URL: &url.URL{Scheme: "https", Host: "k8s-cluster1.example.com"}}); proxy != nil || err != nil {
		t.Errorf("want no proxy, got %v %v", proxy, err)
	}
	got.Proxy = nil
	want := &rest.Config{Host: server, BearerToken: token, TLSClientConfig: rest.TLSClientConfig{
		ServerName: "name-in-certificate", CAData: fixtures().ca.cert, CertData: fixtures().client.cert, KeyData: fixtures().client.key,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// apiServer says who calls.
func apiServer(t *testing.T) string {
	t.Helper()
	pair, err := tls.X509KeyPair(fixtures().server.cert, fixtures().server.key)
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(fixtures().ca.cert)
	api := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Get("Authorization"), " ", r.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	api.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert}
	api.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	api.StartTLS()
	t.Cleanup(api.Close)
	return api.URL
}

func get(t *testing.T, c *credentials.Credentials) (string, error) {
	t.Helper()
	client, err := rest.HTTPClientFor(c.Config())
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	answer, err := client.Get(c.Server)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

func TestConfigSpeaksToAServerOfThatCAAlone(t *testing.T) {
	c := both()
	c.Server = apiServer(t)
	got, err := get(t, c)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("Bearer "+token+" client", got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	c.CA = fixtures().stranger.cert
	if got, err := get(t, c); err == nil {
		t.Errorf("want no answer from a server of another CA, got %q", got)
	}
	c.CA, c.TLSServerName = fixtures().ca.cert, "another-name"
	if got, err := get(t, c); err == nil {
		t.Errorf("want no answer from a server of another name, got %q", got)
	}
}
