package bed

import (
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"
)

// Names of the ServiceAccounts of base/gate and of a rendered tree.
const (
	GateNamespace      = "casskop-gitops-system"
	GateServiceAccount = "casskop-gitops-gate"
	Reader             = "casskop-gitops-reader"
)

// User is the rest.Config of a user with a certificate of this cluster, without rights of its own beside those of its groups.
func (c *Cluster) User(t testing.TB, name string, groups ...string) *rest.Config {
	t.Helper()
	config, err := c.user(name, groups...)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// WithToken is the rest.Config of whoever the token stands for.
func (c *Cluster) WithToken(token string) *rest.Config {
	config := c.anonymous()
	config.BearerToken = token
	return config
}

// GateIdentity is the controller's rest.Config: a token of the ServiceAccount of base/gate, so InstallGate comes first. It lasts an hour.
func (c *Cluster) GateIdentity(t testing.TB) *rest.Config {
	t.Helper()
	return c.WithToken(c.Token(t, GateNamespace, GateServiceAccount, time.Hour))
}

// ReaderIdentity is the rest.Config with which the gates of other clusters read a namespace: a token of the ServiceAccount of
// its rendered tree, which comes first. It lasts an hour.
func (c *Cluster) ReaderIdentity(t testing.TB, namespace string) *rest.Config {
	t.Helper()
	return c.WithToken(c.Token(t, namespace, Reader, time.Hour))
}

// Token asks the API server for a token of a ServiceAccount (TokenRequest). It refuses less than 10 minutes: see SignedToken.
func (c *Cluster) Token(t testing.TB, namespace, name string, lifetime time.Duration) string {
	t.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: ptr.To(int64(lifetime.Seconds()))}}
	if err := c.Client.SubResource("token").Create(t.Context(), account, request); err != nil {
		t.Fatalf("token of ServiceAccount %s/%s: %v", namespace, name, err)
	}
	return request.Status.Token
}

// ServiceAccount makes a ServiceAccount, and its namespace, where they are missing.
func (c *Cluster) ServiceAccount(t testing.TB, namespace, name string) {
	t.Helper()
	c.Namespace(t, namespace)
	c.ensure(t, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}})
}
