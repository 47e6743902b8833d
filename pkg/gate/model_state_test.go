package gate_test

import (
	"fmt"
	"strings"
)

// The model: a ring of up to three clusters, as the decision sees it.
//
// What is left out, and why nothing is lost by it:
//   - When a commit is pushed. Each Flux takes any newer commit whenever it likes, so one that was not pushed yet and one that was
//     not fetched yet are the same.
//   - The watches. They only trigger, and any lag of theirs is a trigger at another time: a gate may start to confirm at any moment.
//   - What a confirming gate has read. The rule is a conjunction over what was read (TestTheRuleIsAConjunctionOverWhatWasRead), so of
//     a read that passed nothing but that needs to be kept, and after one that failed the gate starts again.
//   - Crashes of a gate. It writes once; a crash before that is a confirmation that was never begun, and reading changes nothing. Option
//     crash adds them all the same.
//   - The clock. A wish settles when no write that was admitted before it is on its way; a soak ends when CassKop is not blind.
//     Both may then come at any time.
//   - CassKop's progress on a spec that has been replaced already: such an object is not ready whatever its status says.
type state [clusters]cluster

const clusters = 3

// cluster is one cluster of the ring. Commits and revisions are numbered from 1; 0 is none.
type cluster struct {
	want     uint8    // the commit that the Gate is from
	open     bool     // the Gate is open for its present generation
	reads    uint8    // confirming reads that passed: their number, or with cached reads a set
	live     uint8    // the revision of the CassandraCluster
	applied  uint8    // the revision in CassKop's last-applied-configuration
	operator operator // what CassKop and its pods do
	flying   uint8    // the revision of a write that was admitted before the Gate changed, and has not landed
	kept     uint8    // the openedRevision left behind by a gate that does not clear it (a variant)
}

type operator uint8

const (
	done    operator = iota // status is Running and Done, and rightly so unless live is not yet applied
	rolling                 // status says that an action is under way
	broken                  // the revision applied last cannot come up
	flapped                 // pods went down by themselves
	touched                 // CassKop has begun to change pods, its status still says Running and Done
)

// radix is how many values each part of a cluster has, in the order of parts: six for none and five commits or revisions.
var radix = [...]uint64{6, 16, 6, 6, 5, 6, 6, 2}

// key is the state in one number.
func (s state) key() uint64 {
	var key uint64
	for _, c := range s {
		open := uint8(0)
		if c.open {
			open = 1
		}
		for i, part := range [...]uint8{c.want, c.reads, c.live, c.applied, uint8(c.operator), c.flying, c.kept, open} {
			key = key*radix[i] + uint64(part)
		}
	}
	return key
}

func unpack(key uint64) state {
	var s state
	for i := clusters - 1; i >= 0; i-- {
		var part [len(radix)]uint8
		for n := len(radix) - 1; n >= 0; n-- {
			part[n] = uint8(key % radix[n])
			key /= radix[n]
		}
		s[i] = cluster{part[0], part[7] == 1, part[1], part[2], part[3], operator(part[4]), part[5], part[6]}
	}
	return s
}

// busy: written, and not yet done again. Damage that happens by itself does not count.
func (c cluster) busy() bool {
	return c.live != c.applied || c.operator == rolling || c.operator == broken || c.operator == touched
}

func (s state) String() string {
	var parts []string
	for i, c := range s {
		gate := "held"
		if c.open {
			gate = "open"
		}
		name := [...]string{"done", "rolling", "broken", "flapped", "touched"}[c.operator]
		parts = append(parts, fmt.Sprintf("%d: commit %d %s, carries %s, taken in %s, %s", i+1, int(c.want)-1, gate,
			revisionName(c.live), revisionName(c.applied), name))
	}
	return strings.Join(parts, " | ")
}

func revisionName(r uint8) string {
	if r == 0 {
		return "none"
	}
	return fmt.Sprint(r - 1)
}
