package chronicle

import (
	"fmt"
	"slices"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// The invariants, as the model of the protocol has them (pkg/gate/model_invariants_test.go), on what really happened:
//
//   - Never two clusters rolling at once. A cluster rolls from the accepted write of a new revision until it has taken it in and is
//     ready. What goes down by itself later does not count.
//   - No cluster takes a revision before all earlier ones took it and came through with it; pods that went down by themselves since
//     do not count.
//   - No cluster takes a revision without ground. Between the moment at which its Gate began to want it and the write, there were moments,
//     in the order of the confirming reads, at which each other Gate wanted it too, and after that its CassandraCluster was ready (and
//     carried it, if it comes earlier), or (later in the order) was not there. One moment at which all that was true is not promised: a
//     cluster may go down after it was read. Each wish had settled, and each soak was over.
//   - An open gate stays open until its spec changes.
//
// When a write took effect is known up to the time of its request. What may have been in order is in order.
//
// One kind of write is outside the promise (docs/decisions/0003-gate-protocol.md): one that was admitted while its gate was open, and
// landed more than gate.Settle after the Gate had changed. Neither it nor what follows from it is judged. They are counted.
const (
	rolledAtOnce = "two clusters roll at once"
	outOfTurn    = "a cluster took a revision before an earlier one was through with it"
	noGround     = "a cluster took a revision without ground"
	closedAgain  = "an open gate closed without a new spec"
)

// Violation of an invariant.
type Violation struct {
	At        time.Time
	invariant string
	detail    string
}

func (v Violation) String() string {
	return fmt.Sprintf("%s %s: %s", v.At.Format("15:04:05.000000"), v.invariant, v.detail)
}

// Judgement on a chronicle: its violations, in the order of time, and the number of writes that were judged and that were too late to be.
type Judgement struct {
	Violations  []Violation
	Taken, Late int
}

// Judge looks at each write that brought a new revision.
func (c *Chronicle) Judge() Judgement {
	var j Judgement
	for i := range c.clusters {
		for _, k := range c.takes(i) {
			j.Taken++
			if c.late(i, k) {
				j.Late++
				continue
			}
			j.Violations = append(j.Violations, slices.Concat(c.atOnce(i, k), c.inTurn(i, k), c.grounded(i, k))...)
		}
		j.Violations = append(j.Violations, c.latched(i)...)
	}
	slices.SortFunc(j.Violations, func(a, b Violation) int { return a.At.Compare(b.At) })
	return j
}

func (c *Chronicle) violation(at time.Time, invariant, format string, args ...any) []Violation {
	return []Violation{{at, invariant, c.name + ": " + fmt.Sprintf(format, args...)}}
}

// late says that the write k may have landed more than gate.Settle after its Gate had turned to another revision.
func (c *Chronicle) late(i, k int) bool {
	write := c.clusters[i][k]
	wishes, late := c.wishes(i), false
	for n, w := range wishes {
		if w.revision == write.revision && !w.from.After(write.to) {
			late = write.to.Sub(endOf(wishes, n).from) > gate.Settle
		}
	}
	return late
}

// atOnce: what was certainly under way when cluster i certainly began.
func (c *Chronicle) atOnce(i, k int) []Violation {
	mine := span{c.clusters[i][k].to, spanOf(c.clusters[i], c.through(i, k)).from}
	for j := range i {
		for _, n := range c.takes(j) {
			theirs := span{c.clusters[j][n].to, spanOf(c.clusters[j], c.through(j, n)).from}
			begin := latest(mine.from, theirs.from)
			if begin.Before(mine.to) && begin.Before(theirs.to) && !c.late(j, n) {
				return c.violation(begin, rolledAtOnce, "clusters %d (%s) and %d (%s)", j+1, c.clusters[j][n].revision, i+1, c.clusters[i][k].revision)
			}
		}
	}
	return nil
}

// inTurn looks at the moment of the write, no matter when the gate opened.
func (c *Chronicle) inTurn(i, k int) []Violation {
	write := c.clusters[i][k]
	for j := range i {
		if !c.wasThrough(j, write) {
			return c.violation(write.to, outOfTurn, "cluster %d took %s, and cluster %d was not through with it", i+1, write.revision, j+1)
		}
	}
	return nil
}

// wasThrough says whether cluster j may have been through with the revision of a write at some time during the write.
func (c *Chronicle) wasThrough(j int, write carried) bool {
	states, takes := c.clusters[j], c.takes(j)
	for n, k := range takes {
		next := len(states)
		if n+1 < len(takes) {
			next = takes[n+1]
		}
		begin, end := c.through(j, k), spanOf(states, next)
		if c.late(j, k) {
			begin = k
		} else if begin >= next || states[k].revision != write.revision {
			continue
		}
		if !spanOf(states, begin).from.After(write.to) && !end.to.Before(write.from) {
			return true
		}
	}
	return false
}

// grounded looks for a wish of the own Gate on which the write may rest.
func (c *Chronicle) grounded(i, k int) []Violation {
	write := c.clusters[i][k]
	found := c.violation(write.to, noGround, "cluster %d took %s, which its Gate did not want", i+1, write.revision)
	wishes := c.wishes(i)
	for n, own := range wishes {
		end := endOf(wishes, n)
		if own.revision != write.revision || own.from.After(write.to) || write.to.Sub(end.from) > gate.Settle {
			continue
		}
		missing := c.missing(i, own, earliest(end.to, write.to))
		if missing == "" {
			return nil
		}
		found = c.violation(write.to, noGround, "cluster %d took %s, and since its Gate wanted it %s", i+1, write.revision, missing)
	}
	return found
}

// missing goes along the confirming reads of the gate of cluster i, from the moment at which its wish settled to the next up to a limit, and
// says which of them cannot have found what it must. A cluster that joins the ring later is not among those that the wish names.
func (c *Chronicle) missing(i int, own wanted, limit time.Time) string {
	now := own.from.Add(gate.Settle)
	if now.After(limit) {
		return "it did not settle"
	}
	for j := range c.clusters {
		if j == i || own.waitFor != nil && !own.waitFor[c.names[j]] {
			continue
		}
		if now = c.whenSettled(j, own.revision, now); now.After(limit) {
			return fmt.Sprintf("Gate %d did not, or did not settle", j+1)
		}
		if now = c.whenAllowing(j, i, own.revision, now); now.After(limit) {
			return fmt.Sprintf("cluster %d was not ready, or did not soak", j+1)
		}
	}
	return ""
}

// whenSettled is the first moment, from one on, at which a Gate had wanted a revision for gate.Settle.
func (c *Chronicle) whenSettled(j int, revision string, from time.Time) time.Time {
	wishes := c.wishes(j)
	for n, w := range wishes {
		if at := latest(from, w.from.Add(gate.Settle)); w.revision == revision && !at.After(endOf(wishes, n).to) {
			return at
		}
	}
	return never
}

// whenAllowing is the first moment, from one on, at which the CassandraCluster of cluster j is not in the way of cluster i.
func (c *Chronicle) whenAllowing(j, i int, revision string, from time.Time) time.Time {
	states := c.clusters[j]
	if j > i && !from.After(spanOf(states, 0).to) {
		return from // it is not there yet
	}
	var since time.Time
	for k, s := range states {
		if k == 0 || !states[k-1].ready || states[k-1].revision != s.revision {
			since = s.from
		}
		at := latest(from, latest(s.from, since.Add(c.stableFor)))
		if s.ready && (j > i || s.revision == revision) && !at.After(spanOf(states, k+1).to) {
			return at
		}
	}
	return never
}

func (c *Chronicle) latched(i int) []Violation {
	for k := 1; k < len(c.gates[i]); k++ {
		before, after := c.gates[i][k-1], c.gates[i][k]
		if before.open && !after.open && before.generation == after.generation {
			return c.violation(after.to, closedAgain, "Gate %d at %s", i+1, after.revision)
		}
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
