package rotate

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/cert"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

const (
	oldToken = "eyJhbGciOiJFUzI1NiJ9.e30.the-old-signature"
	newToken = "eyJhbGciOiJFUzI1NiJ9.e30.another-signature-which-is-longer"
)

// newCA is a certificate authority's certificate, in PEM.
func newCA(t testing.TB) []byte {
	t.Helper()
	pem, _, err := cert.GenerateSelfSignedCertKey("ca", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pem
}

// kubeconfig is one as humans write them: with a comment, and with the user's part as given.
func kubeconfig(ca []byte, user string) []byte {
	return fmt.Appendf(nil, `# of the cluster in Paris
apiVersion: v1
kind: Config
current-context: it
contexts: [{name: it, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://10.1.0.10", certificate-authority-data: %s}}]
users:
- name: u
  user: %s
`, base64.StdEncoding.EncodeToString(ca), user)
}

func TestReplace(t *testing.T) {
	ca := newCA(t)
	whole := map[string][]byte{"config": kubeconfig(ca, "{token: "+oldToken+"}"), "token": []byte(oldToken + "\n"), "server": []byte("https://10.1.0.10"), "ca.crt": ca}
	const odd = "its token is written in a way that cannot be replaced: make it anew with gate export"
	for name, tt := range map[string]struct {
		data   map[string][]byte
		change []string // keys
		want   string   // error
	}{
		"several keys":                       {whole, []string{"config", "token"}, ""},
		"a comment, quotes and a line break": {map[string][]byte{"value": kubeconfig(ca, "{token: \""+oldToken+"\\n\"}  # until spring")}, []string{"value"}, ""},
		"a copy of it in a comment":          {map[string][]byte{"value": kubeconfig(ca, "{token: "+oldToken+"} # "+oldToken)}, []string{"value"}, ""},
		"a token written with escapes":       {map[string][]byte{"value": kubeconfig(ca, `{token: "\x65`+oldToken[1:]+`"}`)}, nil, odd},
		"a token in two lines":               {map[string][]byte{"value": kubeconfig(ca, "{token: \""+oldToken[:20]+"\\\n    "+oldToken[20:]+"\"}")}, nil, odd},
		"a token that is short":              {map[string][]byte{"value": kubeconfig(ca, "{token: v1}")}, nil, "it holds no token of a ServiceAccount: make it anew with gate export"},
	} {
		t.Run(name, func(t *testing.T) {
			old, err := credentials.Parse(tt.data)
			if err != nil {
				t.Fatal(err)
			}
			changed, renewed, err := replace(tt.data, old, newToken)
			if got := fmt.Sprint(err); tt.want != "" && got != tt.want || tt.want == "" && err != nil {
				t.Fatalf("error is %q, want %q", got, tt.want)
			}
			if tt.want != "" {
				return
			}
			want := map[string][]byte{}
			for _, key := range tt.change {
				want[key] = bytes.ReplaceAll(tt.data[key], []byte(oldToken), []byte(newToken))
			}
			if diff := cmp.Diff(want, changed); diff != "" || renewed.Token != newToken {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestSameCluster(t *testing.T) {
	ours, other := newCA(t), newCA(t)
	both := append(append([]byte{}, other...), ours...)
	in := &credentials.Credentials{Server: "https://10.1.0.10/", CA: ours}
	for name, tt := range map[string]struct {
		host   string
		ca     []byte
		server string
		want   string
	}{
		"the same address":                    {"https://10.1.0.10", other, "", ""},
		"the same address without a known CA": {"https://10.1.0.10", nil, "", ""},
		"another address, the same CA":        {"https://api.example.com", ours, "", ""},
		"another address, a CA of several":    {"https://api.example.com", both, "", ""},
		"another address, another CA":         {"https://api.example.com", other, "", "is it the same cluster?"},
		"another address, no CA":              {"https://api.example.com", nil, "", "is it the same cluster?"},
		"another address that was named":      {"https://api.example.com", other, "https://10.1.0.10", ""},
		"a name that is not the Secret's":     {"https://10.1.0.10", ours, "https://10.1.0.11", "leads to https://10.1.0.10/, --server says https://10.1.0.11"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Order{Server: tt.server}.sameCluster(in, &rest.Config{Host: tt.host, TLSClientConfig: rest.TLSClientConfig{CAData: tt.ca}})
			if got := fmt.Sprint(err); tt.want == "" && err != nil || !strings.Contains(got, tt.want) {
				t.Errorf("error is %q, want %q", got, tt.want)
			}
		})
	}
}

// FuzzReplace: with any Secret that a gate reads, either nothing is written, or what is written leads to the same place with the new token.
func FuzzReplace(f *testing.F) {
	ca := newCA(f)
	f.Add(kubeconfig(ca, "{token: "+oldToken+"}"), []byte(oldToken))
	f.Add(kubeconfig(ca, "{token: \"\\x65"+oldToken[1:]+"\"}"), []byte(nil))
	f.Add([]byte(nil), []byte(oldToken))
	f.Fuzz(func(t *testing.T, config, token []byte) {
		data := map[string][]byte{"config": config, "token": token, "server": []byte("https://10.1.0.10"), "ca.crt": ca}
		old, err := credentials.Parse(data)
		if err != nil {
			return
		}
		changed, _, err := replace(data, old, newToken)
		if err != nil {
			return
		}
		for key, value := range changed {
			data[key] = value
		}
		renewed, err := credentials.Parse(data)
		if err != nil || renewed.Token != newToken || renewed.Server != old.Server || !bytes.Equal(renewed.CA, old.CA) || renewed.TLSServerName != old.TLSServerName {
			t.Errorf("what was written is not what was there with another token: %v", err)
		}
	})
}
