package export

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

// secretOf is the Secret in kubemcsa's format. It has been through the parser of the gates.
func secretOf(key types.NamespacedName, a Account, e Endpoint, token string) (*corev1.Secret, *credentials.Credentials, error) {
	config, err := kubeconfig(key.Name, a.Namespace, e, token)
	if err != nil {
		return nil, nil, err
	}
	secret := &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
		Type:       corev1.SecretTypeOpaque,
		Data: map[string][]byte{
			"server":    []byte(e.Server),
			"ca.crt":    e.CA,
			"namespace": []byte(a.Namespace),
			"token":     []byte(token),
			"config":    config,
		},
	}
	c, err := credentials.Parse(secret.Data)
	if err != nil {
		return nil, nil, fmt.Errorf("a gate would refuse the Secret: %w", err)
	}
	secret.Annotations = map[string]string{
		v1alpha1.AnnotationExportedFrom: fmt.Sprintf("ServiceAccount %s at %s", a, e.Server),
		v1alpha1.AnnotationTokenExpires: Ends(c.Expires),
	}
	return secret, c, nil
}

// Ends is how the end of a token is written.
func Ends(expires time.Time) string {
	if expires.IsZero() {
		return "never"
	}
	return expires.UTC().Format(time.RFC3339)
}

// kubeconfig has one cluster, user and context, all of the Secret's name.
func kubeconfig(name, namespace string, e Endpoint, token string) ([]byte, error) {
	config := api.NewConfig()
	config.Clusters[name] = &api.Cluster{Server: e.Server, TLSServerName: e.TLSServerName, CertificateAuthorityData: e.CA}
	config.AuthInfos[name] = &api.AuthInfo{Token: token}
	config.Contexts[name] = &api.Context{Cluster: name, AuthInfo: name, Namespace: namespace}
	config.CurrentContext = name
	return clientcmd.Write(*config)
}
