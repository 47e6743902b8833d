package export

import (
	"context"
	"fmt"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// Finding is what the token of an account can do.
type Finding struct {
	// Missing are the rights that it needs and does not have, as in "list gates".
	Missing []string
	// Unknown are the kinds that it should read and that the API server does not know.
	Unknown []string
	// Beyond are rights that it has and should not, of the worst ones.
	Beyond []string
}

// Verify uses the token that the server is spoken to with for what the account is for. It asks for the token's own rights, which
// everybody may, and reads both kinds.
func (s *Server) Verify(ctx context.Context, a Account) (f Finding, err error) {
	if f.Missing, err = s.lacking(ctx, a); err != nil || len(f.Missing) > 0 {
		return f, err
	}
	if f.Beyond, err = s.beyond(ctx, a); err != nil || a.Renews != "" {
		return f, err
	}
	f.Unknown, err = s.unread(ctx, a.Namespace)
	return f, err
}

// lacking are the rights that the account needs and does not have.
func (s *Server) lacking(ctx context.Context, a Account) (missing []string, err error) {
	for _, rule := range a.rules() {
		for _, verb := range rule.Verbs {
			allowed, err := s.may(ctx, a.Namespace, rule, verb)
			if err != nil {
				return nil, err
			}
			if !allowed {
				missing = append(missing, strings.TrimSpace(verb+" "+rule.Resources[0]+" "+strings.Join(rule.ResourceNames, "")))
			}
		}
	}
	return missing, nil
}

// beyond asks for two rights that no account of ours has: to read Secrets, and to change what the gates guard.
func (s *Server) beyond(ctx context.Context, a Account) (found []string, err error) {
	for _, rule := range []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get"}},
		{APIGroups: []string{casskop.Group}, Resources: []string{"cassandraclusters"}, Verbs: []string{"patch"}},
	} {
		allowed, err := s.may(ctx, a.Namespace, rule, rule.Verbs[0])
		if err != nil {
			return nil, err
		}
		if allowed {
			found = append(found, rule.Verbs[0]+" "+rule.Resources[0])
		}
	}
	return found, nil
}

// may asks for one right: rule has one group, one resource and at most one name.
func (s *Server) may(ctx context.Context, namespace string, rule rbacv1.PolicyRule, verb string) (bool, error) {
	resource, subresource, _ := strings.Cut(rule.Resources[0], "/")
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{
		Namespace: namespace, Verb: verb, Group: rule.APIGroups[0], Resource: resource, Subresource: subresource, Name: strings.Join(rule.ResourceNames, ""),
	}}}
	answer, err := s.Client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return false, fmt.Errorf("use the new token at %s: %w", s.Config.Host, err)
	}
	return answer.Status.Allowed, nil
}

// unread lists one Gate and one CassandraCluster, and returns the kinds that are not known.
func (s *Server) unread(ctx context.Context, namespace string) (unknown []string, err error) {
	for _, kind := range []struct {
		name     string
		versions []string
	}{
		{"gates", []string{v1alpha1.GroupVersion.String()}},
		{"cassandraclusters", []string{casskop.APIVersionV2, casskop.APIVersionV1alpha1}},
	} {
		known := false
		for _, version := range kind.versions {
			path := "/apis/" + version + "/namespaces/" + namespace + "/" + kind.name
			err := s.Client.CoreV1().RESTClient().Get().AbsPath(path).Param("limit", "1").Do(ctx).Error()
			if err != nil && !apierrors.IsNotFound(err) {
				return nil, fmt.Errorf("read %s with the new token at %s: %w", kind.name, s.Config.Host, err)
			}
			known = known || err == nil
		}
		if !known {
			unknown = append(unknown, kind.name)
		}
	}
	return unknown, nil
}
