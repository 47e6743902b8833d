package bed

import (
	"context"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// secretConfig is a client with the kubeconfig of a Secret.
func secretConfig(t *testing.T, c *Cluster, key client.ObjectKey) client.Client {
	t.Helper()
	secret := &corev1.Secret{}
	if err := c.Client.Get(t.Context(), key, secret); err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(secret.Data["config"])
	if err != nil {
		t.Fatal(err)
	}
	return clientFor(t, config)
}

func clientFor(t *testing.T, config *rest.Config) client.Client {
	t.Helper()
	c, err := client.New(config, client.Options{Scheme: Scheme})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// whoAmI asks the API server who a rest.Config is.
func whoAmI(ctx context.Context, config *rest.Config) (string, error) {
	c, err := client.New(config, client.Options{Scheme: Scheme})
	if err != nil {
		return "", err
	}
	review := &authenticationv1.SelfSubjectReview{}
	err = c.Create(ctx, review)
	return review.Status.UserInfo.Username, err
}

func TestEveryIdentityIsWhoItSays(t *testing.T) {
	c := clusters[0]
	if err := c.InstallGate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.ServiceAccount(t, "identities", Reader)
	fromFile, err := clientcmd.BuildConfigFromFlags("", KubeconfigFile(t, c.User(t, "somebody")))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		config *rest.Config
		want   string
	}{
		"the administrator":                {c.Config, "admin"},
		"a user by a kubeconfig":           {fromFile, "somebody"},
		"the controller":                   {c.GateIdentity(t), "system:serviceaccount:casskop-gitops-system:casskop-gitops-gate"},
		"the reader":                       {c.ReaderIdentity(t, "identities"), "system:serviceaccount:identities:casskop-gitops-reader"},
		"a token that we signed":           {c.WithToken(c.SignedToken(t, "identities", Reader, time.Minute)), "system:serviceaccount:identities:casskop-gitops-reader"},
		"one that expired within a minute": {c.WithToken(c.SignedToken(t, "identities", Reader, -30*time.Second)), "system:serviceaccount:identities:casskop-gitops-reader"},
		"one that expired longer ago":      {c.WithToken(c.SignedToken(t, "identities", Reader, -61*time.Second)), ""},
		"one of the other cluster":         {clusters[1].WithToken(c.SignedToken(t, "identities", Reader, time.Minute)), ""},
		"the administrator of another one": {at(clusters[1].address, trusting(clusters[1], c.Config)), ""},
		"nobody":                           {c.anonymous(), "system:anonymous"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := whoAmI(t.Context(), test.config)
			if test.want == "" && !apierrors.IsUnauthorized(err) || test.want != "" && test.want != "system:anonymous" && err != nil {
				t.Errorf("got %q and error %v, want %q", got, err, test.want)
			}
			if err == nil && got != test.want {
				t.Errorf("user is %q, want %q", got, test.want)
			}
		})
	}
}

// trusting is a rest.Config that takes another cluster's API server for its own.
func trusting(c *Cluster, config *rest.Config) *rest.Config {
	config = rest.CopyConfig(config)
	config.CAData = c.ca.pem()
	return config
}
