package gate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// What the controller and the gates of other clusters may do beside a ring, and nothing else: by namespace, a verb on a resource and,
// where only some objects are meant, a name. An empty namespace is any.
var (
	controllerMay = map[string][]string{
		"": {
			"create /events", "create events.k8s.io/events",
			"list casskop-gitops.dev/gates", "watch casskop-gitops.dev/gates", "patch casskop-gitops.dev/gates/status",
			"get db.orange.com/cassandraclusters", "list db.orange.com/cassandraclusters", "watch db.orange.com/cassandraclusters",
		},
		"privilege": {
			"list /secrets k8s-cluster1", "list /secrets k8s-cluster3",
			"watch /secrets k8s-cluster1", "watch /secrets k8s-cluster3",
		},
		bed.GateNamespace: {
			"create coordination.k8s.io/leases",
			"get coordination.k8s.io/leases casskop-gitops-gate", "update coordination.k8s.io/leases casskop-gitops-gate",
		},
		"flux-system": {
			"get kustomize.toolkit.fluxcd.io/kustomizations privilege", "get kustomize.toolkit.fluxcd.io/kustomizations privilege-gate",
			"patch kustomize.toolkit.fluxcd.io/kustomizations privilege", "patch kustomize.toolkit.fluxcd.io/kustomizations privilege-gate",
		},
	}
	othersMay = map[string][]string{
		"privilege": {
			"get casskop-gitops.dev/gates", "list casskop-gitops.dev/gates", "watch casskop-gitops.dev/gates",
			"get db.orange.com/cassandraclusters", "list db.orange.com/cassandraclusters", "watch db.orange.com/cassandraclusters",
		},
	}
	someNamespaces = []string{"privilege", "default", "kube-system", "flux-system", bed.GateNamespace}
)

// checkRights lists all that the API server allows an identity beyond what it allows every account.
func checkRights(t *testing.T, c *bed.Cluster, identity *rest.Config, may map[string][]string) {
	t.Helper()
	c.ServiceAccount(t, "default", "anybody")
	anybody := c.WithToken(c.Token(t, "default", "anybody", tokenLife))
	for _, namespace := range someNamespaces {
		want := append(slices.Clone(may[""]), may[namespace]...)
		slices.Sort(want)
		everybody := rights(t, anybody, namespace)
		got := slices.DeleteFunc(rights(t, identity, namespace), func(right string) bool {
			ofOtherRings := strings.Contains(right, "/kustomizations ") && !strings.Contains(right, "/kustomizations privilege")
			return ofOtherRings || slices.Contains(everybody, right)
		})
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("rights in namespace %s of %s (-want +got):\n%s", namespace, c.Name, diff)
		}
	}
}

// rights are all of an identity in a namespace.
func rights(t *testing.T, identity *rest.Config, namespace string) (all []string) {
	t.Helper()
	own, err := client.New(identity, client.Options{Scheme: bed.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	review := &authorizationv1.SelfSubjectRulesReview{Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: namespace}}
	if err := own.Create(t.Context(), review); err != nil {
		t.Fatal(err)
	}
	if review.Status.Incomplete {
		t.Fatalf("the API server does not know all rights: %s", review.Status.EvaluationError)
	}
	for _, rule := range review.Status.ResourceRules {
		names := rule.ResourceNames
		if len(names) == 0 {
			names = []string{""}
		}
		for _, verb := range rule.Verbs {
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					for _, name := range names {
						all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s/%s %s", verb, group, resource, name)))
					}
				}
			}
		}
	}
	for _, rule := range review.Status.NonResourceRules {
		all = append(all, strings.Join(rule.Verbs, ",")+" "+strings.Join(rule.NonResourceURLs, ","))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// checkUse holds the requests of an identity against its rights: none was refused, and each right was made use of.
func checkUse(t *testing.T, requests []bed.Event, may map[string][]string) {
	t.Helper()
	used := map[string]bool{": list casskop-gitops.dev/gates": true} // by client-go, on servers that do not stream the first list
	for _, e := range requests {
		if e.ResponseStatus.Code == 403 {
			t.Errorf("refused: %s %s", e.Verb, e.RequestURI)
		}
		if e.ObjectRef == nil {
			continue
		}
		right := e.Verb + " " + e.ObjectRef.APIGroup + "/" + strings.TrimSuffix(e.ObjectRef.Resource+"/"+e.ObjectRef.Subresource, "/")
		for _, scope := range []string{"", e.ObjectRef.Namespace} {
			used[scope+": "+right], used[scope+": "+right+" "+e.ObjectRef.Name] = true, true
		}
	}
	for namespace, all := range may {
		for _, right := range all {
			if !used[namespace+": "+right] {
				t.Errorf("nothing made use of the right to %s in namespace %q", right, namespace)
			}
		}
	}
}
