package policy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestPolicyTypeChecks: kube-controller-manager finds nothing wrong with the expressions, for the types of CassKop's CRD and of the Gate.
// It gives up on a policy for all versions, so it is given the same policy for v1alpha1 alone.
func TestPolicyTypeChecks(t *testing.T) {
	c := cluster(t)
	startTypeChecker(t, c)
	tests := map[string]struct {
		change func(*admissionregistrationv1.ValidatingAdmissionPolicySpec)
		// want are the fields that it warns of
		want []string
	}{
		"the policy": {func(*admissionregistrationv1.ValidatingAdmissionPolicySpec) {}, nil},
		"a field that Gates do not have": {func(spec *admissionregistrationv1.ValidatingAdmissionPolicySpec) {
			spec.Validations[1].Expression = strings.ReplaceAll(spec.Validations[1].Expression, "spec.revision", "spec.revisions")
		}, []string{"spec.validations[1].expression"}},
		"a message about a field that Gates do not have": {func(spec *admissionregistrationv1.ValidatingAdmissionPolicySpec) {
			spec.Validations[1].MessageExpression = strings.ReplaceAll(spec.Validations[1].MessageExpression, "spec.revision", "spec.revisions")
		}, []string{"spec.validations[1].messageExpression"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			policy := readPolicy(t)
			policy.Name = "type-check"
			policy.Spec.MatchConstraints.ResourceRules[0].APIVersions = []string{"v1alpha1"}
			tt.change(&policy.Spec)
			if err := c.Client.Create(t.Context(), policy); err != nil {
				t.Fatal(err)
			}
			bed.WaitFor(t, patience, "the policy was checked", func() (bool, string) {
				err := c.Client.Get(t.Context(), client.ObjectKeyFromObject(policy), policy)
				return err == nil && policy.Status.ObservedGeneration == policy.Generation && policy.Status.TypeChecking != nil, errorText(err)
			})
			var got []string
			for _, w := range policy.Status.TypeChecking.ExpressionWarnings {
				got = append(got, w.FieldRef)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("fields with warnings (-want +got):\n%s\n%v", diff, policy.Status.TypeChecking.ExpressionWarnings)
			}
			if err := c.Client.Delete(t.Context(), policy); err != nil {
				t.Error(err)
			}
		})
	}
}

// startTypeChecker runs the one controller of kube-controller-manager that checks policies, until the test ends.
func startTypeChecker(t *testing.T, c *bed.Cluster) {
	t.Helper()
	binary, err := bed.Binary("kube-controller-manager")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "--kubeconfig="+bed.KubeconfigFile(t, c.Config), "--leader-elect=false", "--secure-port=0",
		"--controllers=validatingadmissionpolicy-status-controller")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // it was killed when the test ended
}

func readPolicy(t *testing.T) *admissionregistrationv1.ValidatingAdmissionPolicy {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(baseGate(), "policies/validating-policy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	policy := &admissionregistrationv1.ValidatingAdmissionPolicy{}
	if err := yaml.UnmarshalStrict(b, policy); err != nil {
		t.Fatal(err)
	}
	return policy
}
