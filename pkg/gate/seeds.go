package gate

import (
	"slices"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// seeded is the last clause: a node that reaches no seed founds a ring of its own.
func seeded(facts Facts, waits []wait) Verdict {
	met := open(ReasonRuleMet, "every cluster waited for allows it")
	if len(waits) == 0 {
		met.Message = "there is no cluster to wait for"
	}
	if !needsSeeds(facts) || facts.Seeds == SeedsAnswered {
		return met
	}
	reason, message := seedProblem(facts)
	if seedPolicy(facts.Gate.Spec) == v1alpha1.SeedPolicyWarn && facts.Seeds != SeedsNotAsked {
		met.Message += "; warning: " + message
		return met
	}
	verdict := held(reason, message)
	verdict.Warn = facts.Seeds != SeedsNotAsked
	return verdict
}

func needsSeeds(facts Facts) bool {
	if facts.Here.Presence != Absent || seedPolicy(facts.Gate.Spec) == v1alpha1.SeedPolicyOff {
		return false
	}
	return slices.ContainsFunc(facts.Gate.Spec.WaitFor, func(w v1alpha1.WaitFor) bool {
		return facts.Others[w.Cluster].Cluster.Presence == Present
	})
}

func seedProblem(facts Facts) (reason, message string) {
	switch facts.Seeds {
	case SeedsSilent:
		return ReasonNoSeedAnswers, strings.TrimSuffix("no seed of the datacenters that exist answers from here: "+facts.SeedsMessage, ": ")
	case SeedsNotAsked:
		return ReasonSeedsNotAsked, "the seeds were not asked yet"
	default:
		return ReasonSeedsUnknown, "it is not known whether a seed answers from here"
	}
}
