package export

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
)

// FieldManager owns what is made in the cluster.
const FieldManager = "casskop-gitops-export"

// fillTime is how long the controller of tokens may take. It takes milliseconds where it runs.
const fillTime = 30 * time.Second

// tokenSecret is the Secret that Kubernetes fills with a token that does not end. Deleting it revokes the token.
func (a Account) tokenSecret() *applycorev1.SecretApplyConfiguration {
	return applycorev1.Secret(a.Name+"-token", a.Namespace).WithType(corev1.SecretTypeServiceAccountToken).
		WithAnnotations(map[string]string{corev1.ServiceAccountNameKey: a.Name})
}

// longLived makes that Secret and returns the token. It asks for the account first: the Secret of one that is not there would be
// deleted again.
func (s *Server) longLived(ctx context.Context, a Account) (string, error) {
	if _, err := s.Client.CoreV1().ServiceAccounts(a.Namespace).Get(ctx, a.Name, metav1.GetOptions{}); err != nil {
		return "", s.explain(a, err)
	}
	secrets, name := s.Client.CoreV1().Secrets(a.Namespace), a.Name+"-token"
	if _, err := secrets.Apply(ctx, a.tokenSecret(), metav1.ApplyOptions{FieldManager: FieldManager}); err != nil {
		return "", fmt.Errorf("make Secret %s/%s: %w", a.Namespace, name, err)
	}
	token := ""
	err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, fillTime, true, func(ctx context.Context) (bool, error) {
		found, err := secrets.Get(ctx, name, metav1.GetOptions{})
		if err == nil {
			token = string(found.Data[corev1.ServiceAccountTokenKey])
		}
		return token != "", err
	})
	switch {
	case wait.Interrupted(err) && ctx.Err() == nil:
		return "", fmt.Errorf("nothing has put a token into Secret %s/%s for %s: see whether kube-controller-manager works at %s, or leave --long-lived out", a.Namespace, name, fillTime, s.Config.Host)
	case apierrors.IsNotFound(err):
		return "", fmt.Errorf("the Secret for the token was deleted again: %w", err)
	case err != nil:
		return "", fmt.Errorf("read Secret %s/%s: %w", a.Namespace, name, err)
	}
	return token, nil
}
