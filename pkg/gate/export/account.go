package export

import (
	rbacv1 "k8s.io/api/rbac/v1"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	applyrbacv1 "k8s.io/client-go/applyconfigurations/rbac/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// Account is a ServiceAccount whose token another cluster gets, and what for.
type Account struct {
	Namespace, Name string
	// Renews is a ServiceAccount of the same namespace whose tokens this one makes, for `gate rotate` in a CronJob. Empty: it is a reader, of
	// the Gates and CassandraClusters of its namespace.
	Renews string
}

// String is namespace/name.
func (a Account) String() string { return a.Namespace + "/" + a.Name }

// rules are the rights that its purpose takes, and no others. Those of a reader are what render writes.
func (a Account) rules() []rbacv1.PolicyRule {
	if a.Renews != "" {
		return []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"serviceaccounts/token"}, ResourceNames: []string{a.Renews}, Verbs: []string{"create"}}}
	}
	read := []string{"get", "list", "watch"}
	return []rbacv1.PolicyRule{
		{APIGroups: []string{casskop.Group}, Resources: []string{"cassandraclusters"}, Verbs: read},
		{APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"gates"}, Verbs: read},
	}
}

// object is the ServiceAccount as render writes it, so that Flux, which makes it only where it is missing, leaves this one alone.
func (a Account) object() *applycorev1.ServiceAccountApplyConfiguration {
	return applycorev1.ServiceAccount(a.Name, a.Namespace).WithAnnotations(map[string]string{
		"argocd.argoproj.io/sync-options":   "Prune=false,Delete=false",
		"kustomize.toolkit.fluxcd.io/prune": "disabled",
		"kustomize.toolkit.fluxcd.io/ssa":   "IfNotPresent",
	})
}

// role has the rights. The one that render writes is named after the ring; this one, which knows no ring, after the account, so that
// each has its owner.
func (a Account) role() *applyrbacv1.RoleApplyConfiguration {
	role := applyrbacv1.Role(a.Name, a.Namespace)
	for _, r := range a.rules() {
		role.WithRules(applyrbacv1.PolicyRule().WithAPIGroups(r.APIGroups...).WithResources(r.Resources...).WithResourceNames(r.ResourceNames...).WithVerbs(r.Verbs...))
	}
	return role
}

func (a Account) binding() *applyrbacv1.RoleBindingApplyConfiguration {
	return applyrbacv1.RoleBinding(a.Name, a.Namespace).
		WithRoleRef(applyrbacv1.RoleRef().WithAPIGroup(rbacv1.GroupName).WithKind("Role").WithName(a.Name)).
		WithSubjects(applyrbacv1.Subject().WithKind(rbacv1.ServiceAccountKind).WithNamespace(a.Namespace).WithName(a.Name))
}
