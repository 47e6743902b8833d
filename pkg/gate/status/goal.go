package status

import (
	"cmp"
	"fmt"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// Goal is what can be waited for.
type Goal string

// Goals.
const (
	// GoalOpen is that the Gate of each cluster that was reached by a context of the kubeconfig is open for the revision.
	GoalOpen Goal = "open"
	// GoalRolledOut is that every cluster carries the revision, and has been ready for the Gate's stableFor.
	GoalRolledOut Goal = "rolled-out"
)

// Outcome is how far a ring is from a goal.
type Outcome struct {
	// Reached says that it is there.
	Reached bool
	// Missing is what the first cluster lacks that is not there, in words.
	Missing string
	// Stalled is the first problem for which waiting does not help, and the cluster that has it; nil: none.
	Stalled *Problem
	Where   string
	// After is when time alone can change the outcome; 0: it cannot.
	After time.Duration
}

// Toward says how far the ring is from a goal. An empty revision is the one that its Gates want, which is the old one until a commit has
// arrived.
func (r Ring) Toward(goal Goal, revision string, now time.Time) Outcome {
	var outcome Outcome
	asked := 0
	for _, c := range r.Clusters {
		if goal == GoalOpen && c.Context == "" {
			continue
		}
		asked++
		revision = cmp.Or(revision, c.Gate.Wants) // with none given, that of the first one
		missing, left := c.missing(goal, revision, now)
		if missing != "" && outcome.Missing == "" {
			outcome.Missing = c.Cluster + ": " + missing
		}
		outcome.After = soonest(outcome.After, left)
		if found := c.stalled(goal); found != nil && outcome.Stalled == nil && c.Gate.Wants == revision {
			outcome.Stalled, outcome.Where = found, c.Cluster
		}
	}
	outcome.Reached = asked > 0 && outcome.Missing == ""
	return outcome
}

func soonest(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// missing is what the cluster lacks, and when that ends by itself; empty and 0 if nothing is.
func (c Cluster) missing(goal Goal, revision string, now time.Time) (string, time.Duration) {
	switch {
	case !c.Reached || c.Gate.State == Missing:
		return c.why(), 0
	case c.Gate.Wants != revision:
		return fmt.Sprintf("its Gate wants revision %s, not %s", c.Gate.Wants, revision), 0
	case goal == GoalOpen && c.Gate.State != Open:
		return c.why(), 0
	case goal == GoalOpen:
		return "", 0
	case len(c.Problems) > 0:
		return c.Problems[0].Reason + ": " + c.Problems[0].Message, 0
	case !c.CassandraCluster.Ready:
		return "there is no CassandraCluster", 0
	}
	return c.soaking(now)
}

// soaking: CassKop works on one rack after another, with moments of Done in between.
func (c Cluster) soaking(now time.Time) (string, time.Duration) {
	want := gate.DefaultStableFor
	if c.Gate.StableFor != nil {
		want = c.Gate.StableFor.Duration
	}
	var age time.Duration
	if c.CassandraCluster.ReadySince != nil {
		age = max(now.Sub(c.CassandraCluster.ReadySince.Time), 0)
	}
	if age >= want {
		return "", 0
	}
	return fmt.Sprintf("ready, want that for %s without a break", want), want - age
}

// stalled is the first problem for which waiting does not help; with GoalOpen the Gate's alone.
func (c Cluster) stalled(goal Goal) *Problem {
	for _, p := range c.Problems {
		if p.Stalled && (goal == GoalRolledOut || p.Kind == GateProblem) {
			return &p
		}
	}
	return nil
}
