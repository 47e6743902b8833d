package export

import (
	"context"
	"fmt"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// Token asks for a token of an account. warn is told when less is granted than asked for.
func (s *Server) Token(ctx context.Context, a Account, lifetime time.Duration, warn func(string)) (string, error) {
	asked := int64(lifetime.Seconds())
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &asked}}
	answer, err := s.Client.CoreV1().ServiceAccounts(a.Namespace).CreateToken(ctx, a.Name, request, metav1.CreateOptions{})
	if err != nil {
		return "", s.explain(a, err)
	}
	if granted := ptr.Deref(answer.Spec.ExpirationSeconds, asked); granted < asked {
		warn(fmt.Sprintf("the token lasts %s, not %s: %s grants no more (--service-account-max-token-expiration); renew it in time with gate rotate",
			time.Duration(granted)*time.Second, lifetime, s.Config.Host))
	}
	return answer.Status.Token, nil
}

// explain says what to do where a ServiceAccount or its token was refused.
func (s *Server) explain(a Account, err error) error {
	switch {
	case apierrors.IsNotFound(err):
		return fmt.Errorf("there is no ServiceAccount %s at %s: %w: apply what render wrote, clusters/<cluster>/<ring>/gate/rbac.yaml, or make it with --create", a, s.Config.Host, err)
	case apierrors.IsForbidden(err):
		return fmt.Errorf("no token of ServiceAccount %s: %w: whoever asks needs the verb create of serviceaccounts/token there", a, err)
	case apierrors.IsInvalid(err):
		return fmt.Errorf("no token of ServiceAccount %s: %w", a, err)
	}
	return fmt.Errorf("ask %s for a token of ServiceAccount %s: %w", s.Config.Host, a, err)
}
