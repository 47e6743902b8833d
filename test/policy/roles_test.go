package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestWhatTheAccountsMayDo lists all that the API server allows each account in a namespace beyond what it allows every account.
func TestWhatTheAccountsMayDo(t *testing.T) {
	everywhere := []string{
		"create /events", "create events.k8s.io/events",
		"list,watch casskop-gitops.dev/gates", "get,list,watch db.orange.com/cassandraclusters",
		"patch casskop-gitops.dev/gates/status",
	}
	tests := map[string]struct {
		account   client.ObjectKey
		namespace string
		want      []string
	}{
		"the controller, anywhere":               {gateAccount, "default", everywhere},
		"the controller, where it runs":          {gateAccount, bed.GateNamespace, append([]string{"create coordination.k8s.io/leases", "get,update coordination.k8s.io/leases casskop-gitops-gate"}, everywhere...)},
		"the controller, beside a ring":          {gateAccount, ring.Namespace, append([]string{"list,watch /secrets k8s-cluster1,k8s-cluster3"}, everywhere...)},
		"the controller, beside Flux":            {gateAccount, "flux-system", append([]string{"get,patch kustomize.toolkit.fluxcd.io/kustomizations cassandra-demo,cassandra-demo-gate"}, everywhere...)},
		"the gates of other clusters, the ring":  {readerAccount, ring.Namespace, []string{"get,list,watch casskop-gitops.dev/gates", "get,list,watch db.orange.com/cassandraclusters"}},
		"the gates of other clusters, elsewhere": {readerAccount, "default", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, allowed(t, tt.account, tt.namespace)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

var (
	gateAccount   = client.ObjectKey{Namespace: bed.GateNamespace, Name: bed.GateServiceAccount}
	readerAccount = client.ObjectKey{Namespace: ring.Namespace, Name: bed.Reader}
)

// allowed is what an account may do in a namespace, one line for each resource: verbs, group and resource, names. What every
// account may do is left out.
func allowed(t *testing.T, account client.ObjectKey, namespace string) (lines []string) {
	t.Helper()
	user := "system:serviceaccount:" + account.Namespace + ":" + account.Name
	everybody := rules(t, "system:serviceaccount:default:anybody", namespace)
	for _, line := range rules(t, user, namespace) {
		if !slices.Contains(everybody, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

func rules(t *testing.T, user, namespace string) (lines []string) {
	t.Helper()
	review := &authorizationv1.SelfSubjectRulesReview{Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: namespace}}
	if err := impersonate(t, user).Create(t.Context(), review); err != nil {
		t.Fatal(err)
	}
	for _, rule := range review.Status.ResourceRules {
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				slices.Sort(rule.Verbs)
				line := strings.Join(rule.Verbs, ",") + " " + group + "/" + resource + " " + strings.Join(rule.ResourceNames, ",")
				lines = append(lines, strings.TrimSpace(line))
			}
		}
	}
	for _, rule := range review.Status.NonResourceRules {
		lines = append(lines, strings.Join(rule.Verbs, ",")+" "+strings.Join(rule.NonResourceURLs, ","))
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// TestWhatWebhooksAdd lists what the component adds for the controller: configurations and Secret by name, and the making of a Secret.
func TestWhatWebhooksAdd(t *testing.T) {
	under(t, webhooks)
	const configurations = "get,list,update,watch admissionregistration.k8s.io/"
	anywhere := []string{"get casskop-gitops.dev/gates", configurations + "validatingwebhookconfigurations casskop-gitops-gate",
		configurations + "mutatingwebhookconfigurations casskop-gitops-seedlist"}
	for namespace, want := range map[string][]string{
		"default":         anywhere,
		bed.GateNamespace: append([]string{"create /secrets", "get,list,update,watch /secrets casskop-gitops-gate-webhook"}, anywhere...),
	} {
		slices.Sort(want)
		got := slices.DeleteFunc(allowed(t, gateAccount, namespace), func(line string) bool {
			return strings.Contains(line, "events") || strings.Contains(line, "leases") || strings.Contains(line, "db.orange.com") ||
				strings.HasPrefix(line, "patch ") || strings.HasPrefix(line, "list,watch casskop-gitops.dev/gates")
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in %s (-want +got):\n%s", namespace, diff)
		}
	}
}
