package export

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/cert"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

func newCA(t *testing.T) []byte {
	t.Helper()
	pem, _, err := cert.GenerateSelfSignedCertKey("ca", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pem
}

func TestEndpoint(t *testing.T) {
	ca, other := newCA(t), newCA(t)
	config := func(change func(*rest.Config)) *rest.Config {
		c := &rest.Config{Host: "https://api.example.com:6443", TLSClientConfig: rest.TLSClientConfig{CAData: ca, ServerName: "kubernetes"}}
		if change != nil {
			change(c)
		}
		return c
	}
	for name, tt := range map[string]struct {
		config  *rest.Config
		server  string
		ca      []byte
		want    Endpoint
		warning string
	}{
		"as the kubeconfig has it":                {config(nil), "", nil, Endpoint{"https://api.example.com:6443", "kubernetes", ca}, ""},
		"another address, whose name is its own":  {config(nil), "https://10.1.0.10/", nil, Endpoint{"https://10.1.0.10", "", ca}, ""},
		"another CA":                              {config(nil), "", other, Endpoint{"https://api.example.com:6443", "kubernetes", other}, ""},
		"a path, as behind Rancher":               {config(nil), "https://r.example.com/k8s/clusters/c-1", nil, Endpoint{"https://r.example.com/k8s/clusters/c-1", "", ca}, ""},
		"an address of this machine":              {config(nil), "https://[::1]:6443", nil, Endpoint{"https://[::1]:6443", "", ca}, "https://[::1]:6443 leads nowhere from another machine"},
		"a name of this machine":                  {config(nil), "https://localhost:6443", nil, Endpoint{"https://localhost:6443", "", ca}, "https://localhost:6443 leads nowhere from another machine"},
		"every address of this machine":           {config(nil), "https://0.0.0.0:6443", nil, Endpoint{"https://0.0.0.0:6443", "", ca}, "https://0.0.0.0:6443 leads nowhere from another machine"},
		"a proxy":                                 {config(proxied), "", nil, Endpoint{"https://api.example.com:6443", "kubernetes", ca}, "the kubeconfig goes through a proxy, a gate does not"},
		"a proxy, but not for the other clusters": {config(proxied), "https://10.1.0.10", nil, Endpoint{"https://10.1.0.10", "", ca}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, warnings, err := EndpointOf(tt.config, tt.server, tt.ca)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			if all := strings.Join(warnings, "\n"); !strings.HasPrefix(all, tt.warning) || tt.warning == "" && all != "" {
				t.Errorf("warnings are %q, want %q", all, tt.warning)
			}
		})
	}
}

func proxied(c *rest.Config) {
	c.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
}

// TestSecretIsWhatAGateReads: what goes in comes out of the gate's own parser, a name for TLS too; and a token that is none does not go in.
func TestSecretIsWhatAGateReads(t *testing.T) {
	e := Endpoint{Server: "https://api.example.com:6443", TLSServerName: "kubernetes", CA: newCA(t)}
	key, account := types.NamespacedName{Namespace: "here", Name: "k8s-cluster1"}, Account{Namespace: "there", Name: "reader"}
	secret, _, err := secretOf(key, account, e, "a-token")
	if err != nil {
		t.Fatal(err)
	}
	c, err := credentials.Parse(secret.Data)
	if err != nil {
		t.Fatal(err)
	}
	want := &credentials.Credentials{Server: e.Server, TLSServerName: e.TLSServerName, CA: e.CA, Token: "a-token"}
	if diff := cmp.Diff(want, c); diff != "" || string(secret.Data["namespace"]) != "there" || secret.Namespace != "here" {
		t.Errorf("namespaces %s and %s; want -, got +:\n%s", secret.Data["namespace"], secret.Namespace, diff)
	}
	_, _, err = secretOf(key, account, e, "two words")
	if got := fmt.Sprint(err); !strings.HasPrefix(got, "a gate would refuse the Secret: ") || strings.Contains(got, "two words") {
		t.Errorf("error is %q", got)
	}
}
