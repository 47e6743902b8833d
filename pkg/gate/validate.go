package gate

import (
	"fmt"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// invalid holds a spec that the schema of the CRD should have refused.
func invalid(facts Facts) (Verdict, bool) {
	problem := specProblem(facts.Gate.Spec)
	return stalled(ReasonInvalid, problem), problem != ""
}

func specProblem(spec v1alpha1.GateSpec) string {
	switch serialize(spec) {
	case v1alpha1.SerializeRing:
	case v1alpha1.SerializeChain:
		if n := len(spec.WaitFor); n > 1 {
			return fmt.Sprintf("spec.waitFor has %d entries, and Chain waits for one at most", n)
		}
	default:
		return fmt.Sprintf("spec.serialize is %q, want Ring or Chain", spec.Serialize)
	}
	if spec.StableFor != nil && spec.StableFor.Duration < 0 {
		return fmt.Sprintf("spec.stableFor is %s, want zero or more", spec.StableFor.Duration)
	}
	switch seedPolicy(spec) {
	case v1alpha1.SeedPolicyRequire, v1alpha1.SeedPolicyWarn, v1alpha1.SeedPolicyOff:
	default:
		return fmt.Sprintf("spec.seeds.policy is %q, want Require, Warn or Off", spec.Seeds.Policy)
	}
	return waitForProblem(spec.WaitFor)
}

func waitForProblem(waitFor []v1alpha1.WaitFor) string {
	seen := map[string]bool{}
	for i, w := range waitFor {
		if w.Cluster == "" {
			return fmt.Sprintf("spec.waitFor[%d].cluster is empty", i)
		}
		if seen[w.Cluster] {
			return fmt.Sprintf("spec.waitFor lists %s twice", w.Cluster)
		}
		seen[w.Cluster] = true
	}
	return ""
}

func serialize(spec v1alpha1.GateSpec) v1alpha1.Serialize {
	if spec.Serialize == "" {
		return v1alpha1.SerializeRing
	}
	return spec.Serialize
}

func seedPolicy(spec v1alpha1.GateSpec) v1alpha1.SeedPolicy {
	if spec.Seeds.Policy == "" {
		return v1alpha1.SeedPolicyRequire
	}
	return spec.Seeds.Policy
}
