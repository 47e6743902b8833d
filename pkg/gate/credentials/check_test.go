package credentials_test

import (
	"bytes"
	"testing"

	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

func TestParseRefusesServers(t *testing.T) {
	invalid := credentials.ReasonServerInvalid
	const noAddress = " is not the address of an API server: want https://host:port"
	for name, test := range map[string]struct{ server, reason, message string }{
		"none":                       {"", credentials.ReasonNoServer, " is missing: want the address of the API server, as https://host:port"},
		"plain http":                 {"http://a:8080", credentials.ReasonPlainHTTP, " begins with http: want https"},
		"plain HTTP":                 {"HTTP://a:8080", credentials.ReasonPlainHTTP, " begins with http: want https"},
		"a host without a scheme":    {"k8s-cluster1", invalid, " does not begin with https://: want https://host:port"},
		"an address without one":     {"10.0.0.1:6443", invalid, " is not a URL: want https://host:port"},
		"a socket":                   {"unix:///run/" + token, invalid, " does not begin with https://: want https://host:port"},
		"a token in the wrong field": {token + "\x00", invalid, " is not a URL: want https://host:port"},
		"no host":                    {"https://:6443", invalid, noAddress},
		"a port that is too large":   {"https://a:65536", invalid, noAddress},
		"port 0":                     {"https://a:0", invalid, noAddress},
		"a query":                    {"https://a?token=" + token, invalid, noAddress},
		"an empty query":             {"https://a?", invalid, noAddress},
		"a fragment":                 {"https://a#" + token, invalid, noAddress},
		"a password":                 {"https://user:" + token + "@a", credentials.ReasonBasicAuth, " holds a user name or a password: want a token"},
	} {
		t.Run(name, func(t *testing.T) {
			parts := map[string][]byte{"server": []byte(test.server), "ca.crt": fixtures().ca.cert, "token": []byte(token)}
			wantRefusal(t, parts, credentials.Refusal{Reason: test.reason, Message: "key server" + test.message})
			config := kubeconfig(t, func(c *api.Cluster, _ *api.AuthInfo, _ *api.Config) { c.Server = test.server })
			wantRefusal(t, map[string][]byte{"value": config}, credentials.Refusal{Reason: test.reason, Message: "key value: server" + test.message})
		})
	}
}

func TestParseRefusesIdentities(t *testing.T) {
	const noPair = "client-certificate-data and client-key-data are not a pair in PEM"
	own, stranger := fixtures().client, fixtures().stranger
	for name, test := range map[string]struct {
		user            api.AuthInfo
		reason, message string
	}{
		"none": {
			api.AuthInfo{}, credentials.ReasonNoCredentials, "key config: token is missing: want a token, or a client certificate in a kubeconfig",
		},
		"a token of two lines": {
			api.AuthInfo{Token: token + "\n" + token}, credentials.ReasonTokenInvalid,
			"key config: token has a character that no token has: want it in plain text, on one line",
		},
		"a token that is not ASCII": {
			api.AuthInfo{Token: token + "é"}, credentials.ReasonTokenInvalid,
			"key config: token has a character that no token has: want it in plain text, on one line",
		},
		"a client certificate without key": {
			api.AuthInfo{ClientCertificateData: own.cert}, credentials.ReasonClientCertificateInvalid,
			"client-certificate-data is there without client-key-data: want both",
		},
		"a client key without certificate": {
			api.AuthInfo{ClientKeyData: own.key}, credentials.ReasonClientCertificateInvalid,
			"client-key-data is there without client-certificate-data: want both",
		},
		"a client key of another certificate, beside a good token": {
			api.AuthInfo{Token: token, ClientCertificateData: own.cert, ClientKeyData: stranger.key},
			credentials.ReasonClientCertificateInvalid, noPair,
		},
		"a client certificate that is none": {
			api.AuthInfo{ClientCertificateData: []byte(token), ClientKeyData: own.key}, credentials.ReasonClientCertificateInvalid, noPair,
		},
		"a client key that is none": {
			api.AuthInfo{ClientCertificateData: own.cert, ClientKeyData: []byte(token)}, credentials.ReasonClientCertificateInvalid, noPair,
		},
		"a client key that would take long to check": {
			api.AuthInfo{ClientCertificateData: own.cert, ClientKeyData: bytes.Repeat(own.key, 100)}, credentials.ReasonClientCertificateInvalid,
			"client-key-data has 24100 bytes: want 16384 at most",
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := kubeconfig(t, func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) { *u = test.user })
			wantRefusal(t, map[string][]byte{"config": config}, credentials.Refusal{Reason: test.reason, Message: test.message})
		})
	}
}

// The roots of the system do not stand in for a CA that is missing.
func TestParseRefusesCAs(t *testing.T) {
	missing := credentials.Refusal{Reason: credentials.ReasonNoCA, Message: "key config: certificate-authority-data is missing: want the CA of the server in PEM, a public one too"}
	wrong := credentials.Refusal{Reason: credentials.ReasonCAInvalid, Message: "key config: certificate-authority-data is not a certificate in PEM"}
	for name, test := range map[string]struct {
		ca   []byte
		want credentials.Refusal
	}{
		"none":                       {nil, missing},
		"white space":                {[]byte("\n"), missing},
		"no PEM":                     {[]byte(token), wrong},
		"a key":                      {fixtures().client.key, wrong},
		"PEM around something else":  {[]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), wrong},
		"a second one that is wrong": {append(bytes.Clone(fixtures().ca.cert), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"...), wrong},
	} {
		t.Run(name, func(t *testing.T) {
			config := kubeconfig(t, func(c *api.Cluster, _ *api.AuthInfo, _ *api.Config) { c.CertificateAuthorityData = test.ca })
			wantRefusal(t, map[string][]byte{"config": config}, test.want)
		})
	}
}
