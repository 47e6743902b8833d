package credentials

import (
	"strings"

	"k8s.io/client-go/tools/clientcmd/api"
)

// fromKubeconfig reads the current context of a kubeconfig. What other contexts, clusters and users hold has no effect and is not looked
// at: a file that a human also uses may well run a program for another cluster.
func fromKubeconfig(key string, text []byte) (*Credentials, error) {
	config, err := load(key, text)
	if err != nil {
		return nil, err
	}
	cluster, user, err := current(key, config)
	if err != nil {
		return nil, err
	}
	for _, clause := range refused {
		if clause.found(cluster, user) {
			return nil, refuse(clause.reason, "key %s: %s", key, clause.message)
		}
	}
	c := &Credentials{
		Server:        strings.TrimSpace(cluster.Server),
		TLSServerName: cluster.TLSServerName,
		CA:            cluster.CertificateAuthorityData,
		Token:         strings.TrimSpace(user.Token),
		ClientCert:    user.ClientCertificateData,
		ClientKey:     user.ClientKeyData,
	}
	prefix := "key " + key + ": "
	return c.checked(fields{server: prefix + "server", ca: prefix + "certificate-authority-data", token: prefix + "token"})
}

// current is what the current context names. A kubeconfig without one is refused even if it has a single context: kubectl and Flux do
// not guess either.
func current(key string, config *api.Config) (*api.Cluster, *api.AuthInfo, error) {
	if config.CurrentContext == "" {
		return nil, nil, refuse(ReasonContextNotChosen, "key %s: current-context is missing", key)
	}
	context := config.Contexts[config.CurrentContext]
	if context == nil {
		return nil, nil, refuse(ReasonContextMissing, "key %s: current-context names none of the %d contexts", key, len(config.Contexts))
	}
	cluster := config.Clusters[context.Cluster]
	if cluster == nil {
		return nil, nil, refuse(ReasonClusterMissing, "key %s: the current context names none of the %d clusters", key, len(config.Clusters))
	}
	user := config.AuthInfos[context.AuthInfo]
	if user == nil {
		return nil, nil, refuse(ReasonUserMissing, "key %s: the current context names none of the %d users", key, len(config.AuthInfos))
	}
	return cluster, user, nil
}

// refused is what a kubeconfig can ask for and does not get. It would have no effect, since the client is built from an allow-list; but
// a client that is not the one that was asked for is no answer.
var refused = []struct {
	reason, message string
	found           func(*api.Cluster, *api.AuthInfo) bool
}{
	{ReasonExec, "exec runs a program: want a token",
		func(_ *api.Cluster, u *api.AuthInfo) bool { return u.Exec != nil }},
	{ReasonAuthProvider, "auth-provider is set: want a token",
		func(_ *api.Cluster, u *api.AuthInfo) bool { return u.AuthProvider != nil }},
	{ReasonInsecureTLS, "insecure-skip-tls-verify is true: want certificate-authority-data",
		func(c *api.Cluster, _ *api.AuthInfo) bool { return c.InsecureSkipTLSVerify }},
	{ReasonProxy, "proxy-url is set: want a server that is reached without a proxy",
		func(c *api.Cluster, _ *api.AuthInfo) bool { return c.ProxyURL != "" }},
	{ReasonFilePath, "certificate-authority names a file: want certificate-authority-data",
		func(c *api.Cluster, _ *api.AuthInfo) bool { return c.CertificateAuthority != "" }},
	{ReasonFilePath, "client-certificate names a file: want client-certificate-data",
		func(_ *api.Cluster, u *api.AuthInfo) bool { return u.ClientCertificate != "" }},
	{ReasonFilePath, "client-key names a file: want client-key-data",
		func(_ *api.Cluster, u *api.AuthInfo) bool { return u.ClientKey != "" }},
	{ReasonFilePath, "tokenFile names a file: want token",
		func(_ *api.Cluster, u *api.AuthInfo) bool { return u.TokenFile != "" }},
	{ReasonBasicAuth, "username or password is set: want a token",
		func(_ *api.Cluster, u *api.AuthInfo) bool { return u.Username != "" || u.Password != "" }},
	{ReasonImpersonation, "as, as-uid, as-groups or as-user-extra is set: want a token of that identity",
		func(_ *api.Cluster, u *api.AuthInfo) bool {
			return u.Impersonate != "" || u.ImpersonateUID != "" || len(u.ImpersonateGroups) > 0 || len(u.ImpersonateUserExtra) > 0
		}},
}
