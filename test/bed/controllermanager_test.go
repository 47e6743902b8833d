package bed

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestControllerManagerFillsTokenSecrets as kubemcsa needs them, and lets namespaces go.
func TestControllerManagerFillsTokenSecrets(t *testing.T) {
	c := Start(t, "managed")[0]
	c.StartControllerManager(t)
	c.ServiceAccount(t, "managed", "reader")
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "managed", Name: "reader", Annotations: map[string]string{corev1.ServiceAccountNameKey: "reader"}},
		Type:       corev1.SecretTypeServiceAccountToken,
	}
	if err := c.Client.Create(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	WaitFor(t, startTime, "the Secret has a token", func() (bool, string) {
		if err := c.Client.Get(t.Context(), client.ObjectKeyFromObject(secret), secret); err != nil {
			return false, err.Error()
		}
		return len(secret.Data[corev1.ServiceAccountTokenKey]) > 0, "it has none"
	})
	got, err := whoAmI(t.Context(), c.WithToken(string(secret.Data[corev1.ServiceAccountTokenKey])))
	if want := "system:serviceaccount:managed:reader"; err != nil || got != want {
		t.Errorf("user is %q, error %v, want %q", got, err, want)
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "managed"}}
	if err := c.Client.Delete(t.Context(), namespace); err != nil {
		t.Fatal(err)
	}
	WaitFor(t, time.Minute, "the namespace is gone", func() (bool, string) {
		err := c.Client.Get(t.Context(), client.ObjectKeyFromObject(namespace), namespace)
		return apierrors.IsNotFound(err), "it is " + string(namespace.Status.Phase)
	})
}
