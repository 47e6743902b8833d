package credentials_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

func TestParseReads(t *testing.T) {
	plain := credentials.Credentials{Server: server, CA: fixtures().ca.cert, Token: token}
	with := func(change func(*credentials.Credentials)) credentials.Credentials {
		c := plain
		change(&c)
		return c
	}
	for name, test := range map[string]struct {
		data map[string][]byte
		want credentials.Credentials
	}{
		"the whole Secret of kubemcsa":         {kubemcsa(t, nil), plain},
		"kubemcsa's kubeconfig alone":          {map[string][]byte{"config": kubeconfig(t, nil)}, plain},
		"Flux's and Cluster API's key":         {map[string][]byte{"value": kubeconfig(t, nil)}, plain},
		"Flux's other key":                     {map[string][]byte{"value.yaml": kubeconfig(t, nil)}, plain},
		"a kubeconfig under that name":         {map[string][]byte{"kubeconfig": kubeconfig(t, nil)}, plain},
		"kubemcsa's parts without kubeconfig":  {kubemcsa(t, func(d map[string][]byte) { delete(d, "config") }), plain},
		"an empty kubeconfig as an absent one": {kubemcsa(t, func(d map[string][]byte) { d["config"] = []byte(" \n") }), plain},
		"parts with white space around them": {
			kubemcsa(t, func(d map[string][]byte) {
				delete(d, "config")
				d["server"], d["token"] = []byte(server+"\n"), []byte("\t"+token+"\r\n")
			}), plain,
		},
		"a kubeconfig with the same one under another key": {
			map[string][]byte{"value": kubeconfig(t, nil), "value.yaml": append(kubeconfig(t, nil), '\n')}, plain,
		},
		"keys that nobody knows": {kubemcsa(t, func(d map[string][]byte) { d["note"] = []byte("made by hand") }), plain},
		"a kubeconfig in JSON": {
			map[string][]byte{"config": fmt.Appendf(nil, `{"current-context":"a","contexts":[{"name":"a","context":{"cluster":"b","user":"c"}}],`+
				`"clusters":[{"name":"b","cluster":{"server":%q,"certificate-authority-data":%s}}],"users":[{"name":"c","user":{"token":%q}}]}`,
				server, base64JSON(fixtures().ca.cert), token)}, plain,
		},
		"a client certificate in place of a token": {
			map[string][]byte{"value": kubeconfig(t, func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) {
				u.Token, u.ClientCertificateData, u.ClientKeyData = "", fixtures().client.cert, fixtures().client.key
			})},
			with(func(c *credentials.Credentials) {
				c.Token, c.ClientCert, c.ClientKey, c.Expires = "", fixtures().client.cert, fixtures().client.key, certEnds
			}),
		},
		"another name for the server's certificate": {
			map[string][]byte{"value": kubeconfig(t, func(c *api.Cluster, _ *api.AuthInfo, _ *api.Config) { c.TLSServerName = "kubernetes.default" })},
			with(func(c *credentials.Credentials) { c.TLSServerName = "kubernetes.default" }),
		},
		"a server behind a path": {
			map[string][]byte{"value": kubeconfig(t, func(c *api.Cluster, _ *api.AuthInfo, _ *api.Config) {
				c.Server = "https://rancher.example.com/k8s/clusters/c-1"
			})},
			with(func(c *credentials.Credentials) { c.Server = "https://rancher.example.com/k8s/clusters/c-1" }),
		},
		"the current context, whatever the others want": {
			map[string][]byte{"config": kubeconfig(t, func(_ *api.Cluster, _ *api.AuthInfo, all *api.Config) {
				all.Clusters["other"] = &api.Cluster{Server: "http://other", InsecureSkipTLSVerify: true, ProxyURL: "http://proxy"}
				all.AuthInfos["other"] = &api.AuthInfo{Exec: &api.ExecConfig{Command: "aws", APIVersion: "client.authentication.k8s.io/v1"}}
				all.Contexts["other"] = &api.Context{Cluster: "other", AuthInfo: "other"}
			})}, plain,
		},
		"two certificates in the CA": {
			kubemcsa(t, func(d map[string][]byte) {
				delete(d, "config")
				d["ca.crt"] = bytes.Join([][]byte{fixtures().ca.cert, fixtures().stranger.cert}, []byte("# the next one\n"))
			}),
			with(func(c *credentials.Credentials) {
				c.CA = bytes.Join([][]byte{fixtures().ca.cert, fixtures().stranger.cert}, []byte("# the next one\n"))
			}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := credentials.Parse(test.data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestParseRefusesSecrets(t *testing.T) {
	without := func(keys ...string) map[string][]byte {
		return kubemcsa(t, func(d map[string][]byte) {
			for _, key := range append(keys, "config") {
				delete(d, key)
			}
		})
	}
	for name, test := range map[string]struct {
		data map[string][]byte
		want credentials.Refusal
	}{
		"no data": {nil, credentials.Refusal{
			Reason: credentials.ReasonSecretEmpty,
			Message: "the Secret has none of the keys config, value, value.yaml, kubeconfig, and not server, ca.crt and token: " +
				"want a kubeconfig in one of the former",
		}},
		"the Secret of a ServiceAccount's token, which has no server": {without("server"), credentials.Refusal{
			Reason:  credentials.ReasonNoServer,
			Message: "key server is missing: want the address of the API server, as https://host:port",
		}},
		"parts without a CA": {without("ca.crt"), credentials.Refusal{
			Reason:  credentials.ReasonNoCA,
			Message: "key ca.crt is missing: want the CA of the server in PEM, a public one too",
		}},
		"parts without a token": {without("token"), credentials.Refusal{
			Reason:  credentials.ReasonNoCredentials,
			Message: "key token is missing: want a token, or a client certificate in a kubeconfig",
		}},
		"another server beside the kubeconfig": {
			kubemcsa(t, func(d map[string][]byte) { d["server"] = []byte("https://" + token) }),
			credentials.Refusal{
				Reason:  credentials.ReasonSecretAmbiguous,
				Message: "key server is not what the kubeconfig in key config has: remove one of them",
			},
		},
		"another CA beside the kubeconfig": {
			kubemcsa(t, func(d map[string][]byte) { d["ca.crt"] = fixtures().stranger.cert }),
			credentials.Refusal{
				Reason:  credentials.ReasonSecretAmbiguous,
				Message: "key ca.crt is not what the kubeconfig in key config has: remove one of them",
			},
		},
		"a token that was renewed beside the kubeconfig only": {
			kubemcsa(t, func(d map[string][]byte) { d["token"] = []byte(token + "2") }),
			credentials.Refusal{
				Reason:  credentials.ReasonSecretAmbiguous,
				Message: "key token is not what the kubeconfig in key config has: remove one of them",
			},
		},
		"two kubeconfigs": {
			map[string][]byte{"value": kubeconfig(t, nil), "kubeconfig": kubeconfig(t, func(c *api.Cluster, _ *api.AuthInfo, _ *api.Config) {
				c.TLSServerName = "other"
			})},
			credentials.Refusal{
				Reason:  credentials.ReasonSecretAmbiguous,
				Message: "the kubeconfigs in keys value and kubeconfig are not the same: remove one of them",
			},
		},
	} {
		t.Run(name, func(t *testing.T) { wantRefusal(t, test.data, test.want) })
	}
}

// wantRefusal parses what must be refused, and looks that no secret got out.
func wantRefusal(t *testing.T, data map[string][]byte, want credentials.Refusal) {
	t.Helper()
	got, err := credentials.Parse(data)
	if got != nil {
		t.Errorf("want no credentials, got %s", got)
	}
	var refusal *credentials.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("want a refusal, got %v", err)
	}
	if diff := cmp.Diff(want, *refusal); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	wantNoSecret(t, fmt.Sprintf("%v %+v %#v %s", err, *refusal, refusal, refusal.Error()))
}
