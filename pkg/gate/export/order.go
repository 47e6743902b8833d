package export

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

// grantTime is how long rights that were just given may take to count.
const grantTime = 30 * time.Second

// Order is what is to be exported, and how.
type Order struct {
	Account  Account
	Endpoint Endpoint
	// Secret is where the Secret is to be in the other cluster.
	Secret types.NamespacedName
	// Lifetime is for how long a token is asked.
	Lifetime time.Duration
	// LongLived takes a token that does not end, from a Secret that is made for it, in place of one with a Lifetime.
	LongLived bool
	// Create makes the ServiceAccount where it is missing, and a Role and its binding where it lacks rights.
	Create bool
}

// Made are the objects that Create and LongLived may make, as they are applied.
func (o Order) Made() (objects []any) {
	if o.Create {
		objects = append(objects, o.Account.object(), o.Account.role(), o.Account.binding())
	}
	if o.LongLived {
		objects = append(objects, o.Account.tokenSecret())
	}
	return objects
}

// Run makes the Secret for the other cluster; the credentials are what a gate reads in it. warn is told what does not keep it from
// working.
func (o Order) Run(ctx context.Context, s *Server, warn func(string)) (*corev1.Secret, *credentials.Credentials, error) {
	token, err := o.token(ctx, s, warn)
	if o.Create && apierrors.IsNotFound(err) {
		if err := o.makeAccount(ctx, s); err != nil {
			return nil, nil, err
		}
		token, err = o.token(ctx, s, warn)
	}
	if err != nil {
		return nil, nil, err
	}
	if err := o.verify(ctx, s, token, warn); err != nil {
		return nil, nil, err
	}
	return secretOf(o.Secret, o.Account, o.Endpoint, token)
}

func (o Order) token(ctx context.Context, s *Server, warn func(string)) (string, error) {
	if o.LongLived {
		return s.longLived(ctx, o.Account)
	}
	return s.Token(ctx, o.Account, o.Lifetime, warn)
}

func (o Order) makeAccount(ctx context.Context, s *Server) error {
	_, err := s.Client.CoreV1().ServiceAccounts(o.Account.Namespace).Apply(ctx, o.Account.object(), metav1.ApplyOptions{FieldManager: FieldManager})
	if err != nil {
		return fmt.Errorf("make ServiceAccount %s: %w", o.Account, err)
	}
	return nil
}

// verify tries the token. Rights that are missing are given, if told to.
func (o Order) verify(ctx context.Context, s *Server, token string, warn func(string)) error {
	bearer, err := s.As(token)
	if err != nil {
		return err
	}
	found, err := bearer.Verify(ctx, o.Account)
	if err == nil && o.Create && len(found.Missing) > 0 {
		found, err = o.grant(ctx, s, bearer)
	}
	if err != nil {
		return err
	}
	if len(found.Missing) > 0 {
		return Lacks(o.Account, found.Missing)
	}
	if len(found.Unknown) > 0 {
		warn(fmt.Sprintf("%s does not know %s yet: a gate holds until it does", s.Config.Host, strings.Join(found.Unknown, " and ")))
	}
	if len(found.Beyond) > 0 {
		warn(fmt.Sprintf("ServiceAccount %s may also %s: whoever gets hold of the Secret may, too; an account of its own, say casskop-gitops-reader, may not", o.Account, strings.Join(found.Beyond, " and ")))
	}
	return nil
}

// Lacks is the error of an account without the rights that it needs.
func Lacks(a Account, missing []string) error {
	remedy := "apply what render wrote, clusters/<cluster>/<ring>/gate/rbac.yaml, with gate.reader: " + a.Name + " in render.yaml, or give them with --create"
	if a.Renews != "" {
		remedy = "give them with gate export --create"
	}
	return fmt.Errorf("ServiceAccount %s may not %s: %s", a, strings.Join(missing, ", "), remedy)
}

// grant gives the rights and waits until they count.
func (o Order) grant(ctx context.Context, s, bearer *Server) (found Finding, err error) {
	rbac, options := s.Client.RbacV1(), metav1.ApplyOptions{FieldManager: FieldManager}
	if _, err := rbac.Roles(o.Account.Namespace).Apply(ctx, o.Account.role(), options); err != nil {
		return found, fmt.Errorf("make Role %s: %w", o.Account, err)
	}
	if _, err := rbac.RoleBindings(o.Account.Namespace).Apply(ctx, o.Account.binding(), options); err != nil {
		return found, fmt.Errorf("make RoleBinding %s: %w", o.Account, err)
	}
	err = wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, grantTime, true, func(ctx context.Context) (bool, error) {
		var err error
		found, err = bearer.Verify(ctx, o.Account)
		return len(found.Missing) == 0, err
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return found, nil // what is missing is told
	}
	return found, err
}
