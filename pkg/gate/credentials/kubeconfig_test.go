package credentials_test

import (
	"strings"
	"testing"

	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

// Whoever may write a Secret could run a program in the controller (CVE-2022-24817 is Flux's).
func TestAKubeconfigThatRunsAProgramIsRefused(t *testing.T) {
	for name, withToken := range map[string]string{"without a token": "", "beside a token": token} {
		t.Run(name, func(t *testing.T) {
			data := map[string][]byte{"value": kubeconfig(t, func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) {
				u.Token = withToken
				u.Exec = &api.ExecConfig{
					Command: "sh", Args: []string{"-c", "echo " + token}, APIVersion: "client.authentication.k8s.io/v1",
					InteractiveMode: api.NeverExecInteractiveMode,
				}
			})}
			wantRefusal(t, data, credentials.Refusal{Reason: credentials.ReasonExec, Message: "key value: exec runs a program: want a token"})
		})
	}
}

func TestParseRefusesKubeconfigs(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(c *api.Cluster, u *api.AuthInfo, all *api.Config)
		reason  string
		message string
	}{
		"no current context": {
			func(_ *api.Cluster, _ *api.AuthInfo, all *api.Config) { all.CurrentContext = "" },
			credentials.ReasonContextNotChosen, "current-context is missing",
		},
		"a current context that is not there": {
			func(_ *api.Cluster, _ *api.AuthInfo, all *api.Config) { all.CurrentContext = token },
			credentials.ReasonContextMissing, "current-context names none of the 1 contexts",
		},
		"a cluster that is not there": {
			func(_ *api.Cluster, _ *api.AuthInfo, all *api.Config) { delete(all.Clusters, "k8s-cluster1") },
			credentials.ReasonClusterMissing, "the current context names none of the 0 clusters",
		},
		"a user that is not there": {
			func(_ *api.Cluster, _ *api.AuthInfo, all *api.Config) { delete(all.AuthInfos, "k8s-cluster1") },
			credentials.ReasonUserMissing, "the current context names none of the 0 users",
		},
		"an auth provider": {
			func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) {
				u.AuthProvider = &api.AuthProviderConfig{Name: "oidc", Config: map[string]string{"id-token": token}}
			},
			credentials.ReasonAuthProvider, "auth-provider is set: want a token",
		},
		"a server that is not checked": {
			func(c *api.Cluster, _ *api.AuthInfo, _ *api.Config) {
				c.InsecureSkipTLSVerify, c.CertificateAuthorityData = true, nil
			},
			credentials.ReasonInsecureTLS, "insecure-skip-tls-verify is true: want certificate-authority-data",
		},
		"a proxy": {
			func(c *api.Cluster, _ *api.AuthInfo, _ *api.Config) {
				c.ProxyURL = "http://user:" + token + "@proxy:3128"
			},
			credentials.ReasonProxy, "proxy-url is set: want a server that is reached without a proxy",
		},
		"a CA in a file": {
			func(c *api.Cluster, _ *api.AuthInfo, _ *api.Config) { c.CertificateAuthority = "/etc/hostname" },
			credentials.ReasonFilePath, "certificate-authority names a file: want certificate-authority-data",
		},
		"a client certificate in a file": {
			func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) { u.ClientCertificate = "/etc/hostname" },
			credentials.ReasonFilePath, "client-certificate names a file: want client-certificate-data",
		},
		"a client key in a file": {
			func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) { u.ClientKey = "/etc/hostname" },
			credentials.ReasonFilePath, "client-key names a file: want client-key-data",
		},
		"a token in a file": {
			func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) { u.TokenFile = "/etc/hostname" },
			credentials.ReasonFilePath, "tokenFile names a file: want token",
		},
		"a user name": {
			func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) { u.Username = token },
			credentials.ReasonBasicAuth, "username or password is set: want a token",
		},
		"a password": {
			func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) { u.Password = token },
			credentials.ReasonBasicAuth, "username or password is set: want a token",
		},
		"another user": {
			func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) { u.Impersonate = "admin" },
			credentials.ReasonImpersonation, impersonation,
		},
		"another user's id": {
			func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) { u.ImpersonateUID = "1" },
			credentials.ReasonImpersonation, impersonation,
		},
		"other groups": {
			func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) { u.ImpersonateGroups = []string{"system:masters"} },
			credentials.ReasonImpersonation, impersonation,
		},
		"other extras": {
			func(_ *api.Cluster, u *api.AuthInfo, _ *api.Config) {
				u.ImpersonateUserExtra = map[string][]string{"scopes": {"all"}}
			},
			credentials.ReasonImpersonation, impersonation,
		},
	} {
		t.Run(name, func(t *testing.T) {
			data := map[string][]byte{"config": kubeconfig(t, test.change)}
			wantRefusal(t, data, credentials.Refusal{Reason: test.reason, Message: "key config: " + test.message})
		})
	}
}

const impersonation = "as, as-uid, as-groups or as-user-extra is set: want a token of that identity"

func TestAKubeconfigOfTheInternalVersionIsNoWayAround(t *testing.T) {
	text := `{"kind":"Config","apiVersion":"__internal","current-context":"a","contexts":{"a":{"cluster":"b","user":"c"}},` +
		`"clusters":{"b":{"server":"https://a","certificate-authority-data":` + base64JSON(fixtures().ca.cert) + `}},"users":{"c":USER}}`
	for user, want := range map[string]credentials.Refusal{
		"null": {Reason: credentials.ReasonUserMissing, Message: "key config: the current context names none of the 1 users"},
		`{"token":"` + token + `","act-as":"root"}`: {Reason: credentials.ReasonImpersonation, Message: "key config: " + impersonation},
	} {
		wantRefusal(t, map[string][]byte{"config": []byte(strings.Replace(text, "USER", user, 1))}, want)
	}
}
