package bed

import (
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Kubeconfig is a kubeconfig for a rest.Config: one context, cluster and user, all of this name. namespace may be empty.
func Kubeconfig(t testing.TB, config *rest.Config, name, namespace string) []byte {
	t.Helper()
	content, err := clientcmd.Write(*kubeconfigOf(config, name, namespace))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// KubeconfigFile writes a kubeconfig for a rest.Config and returns the file, which goes away with the test.
func KubeconfigFile(t testing.TB, config *rest.Config) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := writeKubeconfig(file, config); err != nil {
		t.Fatal(err)
	}
	return file
}

func writeKubeconfig(file string, config *rest.Config) error {
	content, err := clientcmd.Write(*kubeconfigOf(config, "bed", ""))
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o600)
}

func kubeconfigOf(config *rest.Config, name, namespace string) *clientcmdapi.Config {
	k := clientcmdapi.NewConfig()
	k.Clusters[name] = &clientcmdapi.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
	k.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: config.BearerToken, ClientCertificateData: config.CertData,
		ClientKeyData: config.KeyData, Impersonate: config.Impersonate.UserName, ImpersonateGroups: config.Impersonate.Groups}
	k.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name, Namespace: namespace}
	k.CurrentContext = name
	return k
}

// KubemcsaSecret is the Secret that kubemcsa 0.6 exports for a token of a ServiceAccount in remoteNamespace: key is where the Secret
// is to be. Its keys are server, ca.crt, namespace, token and config.
func KubemcsaSecret(t testing.TB, key client.ObjectKey, remote *rest.Config, remoteNamespace string) *corev1.Secret {
	t.Helper()
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
		Type:       corev1.SecretTypeOpaque,
		Data: map[string][]byte{
			"server":    []byte(remote.Host),
			"ca.crt":    remote.CAData,
			"namespace": []byte(remoteNamespace),
			"token":     []byte(remote.BearerToken),
			"config":    Kubeconfig(t, remote, key.Name, remoteNamespace),
		},
	}
}
