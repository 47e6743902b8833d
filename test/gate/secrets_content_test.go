package gate

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/keyutil"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// parts change the parts of kubemcsa's Secret that are not its kubeconfig.
type parts func(t *testing.T, data map[string][]byte)

// kubeconfig changes the kubeconfig in one.
type kubeconfig func(cluster *api.Cluster, user *api.AuthInfo, all *api.Config)

// refused are contents of a Secret, by the reason with which each is refused.
var refused = map[string]any{
	credentials.ReasonSecretEmpty:          parts(func(_ *testing.T, d map[string][]byte) { clear(d) }),
	credentials.ReasonSecretAmbiguous:      parts(func(_ *testing.T, d map[string][]byte) { d["value"] = append([]byte("# other\n"), d["config"]...) }),
	credentials.ReasonKubeconfigUnreadable: parts(func(_ *testing.T, d map[string][]byte) { d["config"] = []byte("\x00\x01garbage: {") }),
	credentials.ReasonContextNotChosen:     kubeconfig(func(_ *api.Cluster, _ *api.AuthInfo, all *api.Config) { all.CurrentContext = "" }),
	credentials.ReasonContextMissing:       kubeconfig(func(_ *api.Cluster, _ *api.AuthInfo, all *api.Config) { all.CurrentContext = "elsewhere" }),
	credentials.ReasonClusterMissing:       kubeconfig(func(_ *api.Cluster, _ *api.AuthInfo, all *api.Config) { clear(all.Clusters) }),
	credentials.ReasonUserMissing:          kubeconfig(func(_ *api.Cluster, _ *api.AuthInfo, all *api.Config) { clear(all.AuthInfos) }),
	credentials.ReasonNoServer:             withoutConfig("server", ""),
	credentials.ReasonServerInvalid:        withoutConfig("server", "k8s-cluster1:6443"),
	credentials.ReasonPlainHTTP: kubeconfig(func(c *api.Cluster, _ *api.AuthInfo, _ *api.Config) {
		c.Server = "http" + strings.TrimPrefix(c.Server, "https")
	}),
	credentials.ReasonInsecureTLS:              kubeconfig(insecure),
	credentials.ReasonProxy:                    kubeconfig(func(c *api.Cluster, _ *api.AuthInfo, _ *api.Config) { c.ProxyURL = "http://proxy.example.com" }),
	credentials.ReasonNoCA:                     withoutConfig("ca.crt", ""),
	credentials.ReasonCAInvalid:                withoutConfig("ca.crt", "no PEM"),
	credentials.ReasonNoCredentials:            withoutConfig("token", ""),
	credentials.ReasonTokenInvalid:             withoutConfig("token", "two words"),
	credentials.ReasonClientCertificateInvalid: parts(strangeKey),
	credentials.ReasonFilePath: kubeconfig(func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) {
		u.TokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token"
	}),
	credentials.ReasonExec: kubeconfig(func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) {
		u.Exec = &api.ExecConfig{APIVersion: "client.authentication.k8s.io/v1", Command: "touch", InteractiveMode: api.NeverExecInteractiveMode}
	}),
	credentials.ReasonAuthProvider: kubeconfig(func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) {
		u.AuthProvider = &api.AuthProviderConfig{Name: "oidc"}
	}),
	credentials.ReasonBasicAuth:     kubeconfig(func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) { u.Username, u.Password = "admin", "hunter2" }),
	credentials.ReasonImpersonation: kubeconfig(func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) { u.Impersonate = "admin" }),
}

func insecure(c *api.Cluster, _ *api.AuthInfo, _ *api.Config) {
	c.InsecureSkipTLSVerify, c.CertificateAuthorityData = true, nil
}

func withoutConfig(key, value string) parts {
	return func(_ *testing.T, data map[string][]byte) {
		delete(data, "config")
		data[key] = []byte(value)
	}
}

// strangeKey is a client certificate with the key of somebody else.
func strangeKey(t *testing.T, data map[string][]byte) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		t.Fatal(err)
	}
	kubeconfig(func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) {
		u.ClientCertificateData, u.ClientKeyData = clusters[0].User(t, "somebody").CertData, encoded
	}).edit(t, data)
}

func (change kubeconfig) edit(t *testing.T, data map[string][]byte) {
	t.Helper()
	config, err := clientcmd.Load(data["config"])
	if err != nil {
		t.Fatal(err)
	}
	now := config.Contexts[config.CurrentContext]
	change(config.Clusters[now.Cluster], config.AuthInfos[now.AuthInfo], config)
	if data["config"], err = clientcmd.Write(*config); err != nil {
		t.Fatal(err)
	}
}

// TestRefusedSecrets: what a Secret must not hold is told by its own reason, and nothing is done with it.
func TestRefusedSecrets(t *testing.T) {
	const namespace = "refused"
	seen, process := begin(t, clusters[1], namespace)
	p := newPair(t, clusters[1], clusters[0], namespace, "refused")
	p.agree(t)
	p.begin(t, "")
	for _, reason := range slices.Sorted(maps.Keys(refused)) {
		t.Run(reason, func(t *testing.T) {
			data := bed.KubemcsaSecret(t, p.secretKey(), p.reader(t), namespace).Data
			switch change := refused[reason].(type) {
			case parts:
				change(t, data)
			case kubeconfig:
				change.edit(t, data)
			}
			p.give(t, data)
			took, g := seen.wait(t, "refused", time.Now(), inTime, saying(t, "held: "+reason))
			t.Logf("after %.1f s: %s", took.Seconds(), message(g))
			if shown := message(g); strings.Contains(shown, "hunter2") || strings.Contains(shown, string(bytes.TrimSpace(data["token"]))) && len(data["token"]) > 0 {
				t.Errorf("the message shows what the Secret holds: %s", shown)
			}
		})
	}
	p.connect(t, p.reader(t))
	took, _ := seen.wait(t, "refused", time.Now(), inTime, saying(t, "open: "+gate.ReasonRuleMet))
	t.Logf("open %.1f s after the right Secret", took.Seconds())
	discreet(t, p.here, namespace, process)
}

// elsewhere are reasons that no test here can bring about, and where they are tested.
var elsewhere = []string{
	remote.ReasonConnecting,         // is never written
	remote.ReasonSecretUnreadable,   // the API server here fails: nothing could be written
	remote.ReasonCertificateExpired, // package remote
	remote.ReasonNotSent,            // package remote: a gate runs no login program
}

// TestEveryReasonIsBroughtAbout: there is a fault or a refused content for each reason of the packages.
func TestEveryReasonIsBroughtAbout(t *testing.T) {
	tested := append(slices.Collect(maps.Keys(refused)), elsewhere...)
	for _, f := range faults {
		tested = append(tested, f.reason)
	}
	for _, file := range []string{"pkg/gate/credentials/reasons.go", "pkg/gate/remote/failure.go"} {
		reasons := reasonsIn(t, filepath.Join(bed.Root(), file))
		if len(reasons) < 10 {
			t.Errorf("%s: found only the reasons %q", file, reasons)
		}
		for _, reason := range reasons {
			if !slices.Contains(tested, reason) {
				t.Errorf("%s: nothing brings %s about", file, reason)
			}
		}
	}
}

// reasonsIn are the values of the constants of a file whose names begin with Reason.
func reasonsIn(t *testing.T, file string) (reasons []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 && strings.HasPrefix(v.Names[0].Name, "Reason") {
			if literal, ok := v.Values[0].(*ast.BasicLit); ok {
				value, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				reasons = append(reasons, value)
			}
		}
		return true
	})
	return reasons
}
