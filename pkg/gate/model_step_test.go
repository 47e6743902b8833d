package gate_test

import "fmt"

// model is one run's options.
type model struct {
	commits string         // revision of each commit, such as "0101"
	members []int          // with clusters added: how many of them each commit knows; nil: all
	added   int            // the place of the cluster that commits of fewer members leave out
	fresh   bool           // nothing exists at first
	breaks  map[int]string // revisions that break a cluster
	flaps   bool           // pods go down by themselves
	flying  bool           // admitted writes may land after the Gate changed
	touches bool           // CassKop may change pods and lose its status write to a newer spec
	crash   bool           // explicit crashes
	chain   bool           // serialize: Chain

	without weakness // what is taken away from the facts or the protocol

	seek string // the one invariant that is looked at; empty: all

	memo map[question]bool
}

// weakness is a part of the protocol that a variant does without.
type weakness int

const (
	nothing weakness = iota
	takenIn
	agreement
	confirmation
	settling
	soaking
	clearing
)

func (m *model) revision(commit uint8) uint8 {
	if commit == 0 {
		return 0
	}
	return m.commits[commit-1] - '0' + 1
}

// knows says whether a cluster belongs to the ring of a commit.
func (m *model) knows(commit uint8, i int) bool {
	if commit == 0 {
		return false
	}
	return m.members == nil || m.members[commit-1] == clusters || i != m.added
}

func (m *model) initial() state {
	var s state
	if m.fresh {
		return s
	}
	for i := range s {
		if m.knows(1, i) {
			s[i] = cluster{want: 1, open: true, live: m.revision(1), applied: m.revision(1)}
			if m.without == clearing {
				s[i].kept = s[i].live
			}
		}
	}
	return s
}

// step is one atomic event.
type step struct {
	cluster int
	what    string
}

func (s step) String() string { return fmt.Sprintf("cluster %d: %s", s.cluster+1, s.what) }

// next calls emit with each state that may follow.
func (m *model) next(s state, emit func(step, state)) {
	for i := range s {
		move := func(what string, change func(*cluster)) {
			t := s
			change(&t[i])
			emit(step{i, what}, t)
		}
		m.flux(s, i, move)
		m.gate(s, i, move)
		m.casskop(i, s[i], move)
	}
}

type mover func(what string, change func(*cluster))

func (m *model) flux(s state, i int, move mover) {
	c := s[i]
	for commit := c.want + 1; int(commit) <= len(m.commits); commit++ {
		if m.knows(commit, i) {
			m.deliver(c, commit, move)
		}
	}
	if want := m.revision(c.want); c.open && c.live != want && c.flying == 0 {
		move(wrote, func(c *cluster) { c.live = want })
	}
	if c.flying != 0 {
		move(wrote, func(c *cluster) { c.live, c.flying = c.flying, 0 })
	}
}

const (
	wrote    = "the CassandraCluster is written"
	crashed  = "the gate crashes"
	flapping = "pods go down by themselves"
)

func (m *model) deliver(c cluster, commit uint8, move mover) {
	was, is := m.revision(c.want), m.revision(commit)
	deliver := func(c *cluster) {
		c.want = commit
		if was != is { // else the spec of the Gate stays, and with it the generation
			c.open, c.reads = false, 0
		}
	}
	what := "the Gate comes from a newer commit"
	move(what, deliver)
	if m.flying && was != is && c.open && c.live != was && c.flying == 0 {
		move(what+", an admitted write is on its way", func(c *cluster) { deliver(c); c.flying = was })
	}
}

func (m *model) gate(s state, i int, move mover) {
	c := s[i]
	if c.want == 0 || c.open {
		return
	}
	if m.without == clearing && c.kept == m.revision(c.want) {
		move("the gate records held and leaves openedRevision, which opens it", func(c *cluster) { c.open = true })
	}
	if m.opensAtOnce(s, i) {
		move("the gate opens at once, it need not ask", func(c *cluster) { m.open(c) })
		return
	}
	if m.unsettled(c) {
		return
	}
	m.confirm(s, i, move)
	if m.crash && c.reads > 0 {
		move(crashed, func(c *cluster) { c.reads = 0 })
	}
}

func (m *model) open(c *cluster) {
	c.open, c.reads = true, 0
	if m.without == clearing {
		c.kept = m.revision(c.want)
	}
}

// confirm reads Gate and CassandraCluster of each other cluster, one after the other, then writes.
func (m *model) confirm(s state, i int, move mover) {
	reads := m.reads(s[i].want, i)
	if m.without == confirmation {
		m.cached(s, i, reads, move)
		return
	}
	if n := int(s[i].reads); n < len(reads) {
		if m.passes(s, i, reads[n]) {
			move(reads[n].String(), func(c *cluster) { c.reads++ })
		} else if n > 0 {
			move(reads[n].String()+" and starts again", func(c *cluster) { c.reads = 0 })
		}
		return
	}
	move("the gate opens", func(c *cluster) { m.open(c) })
}

// cached is the variant in which the gate goes by what its watches brought, each in its own time.
func (m *model) cached(s state, i int, reads []read, move mover) {
	all := uint8(1)<<len(reads) - 1
	for n, r := range reads {
		if bit := uint8(1) << n; s[i].reads&bit == 0 && m.passes(s, i, r) {
			move("the gate's watch: "+r.String(), func(c *cluster) { c.reads |= bit })
		}
	}
	if s[i].reads == all {
		move("the gate opens", func(c *cluster) { m.open(c) })
	}
}

func (m *model) casskop(i int, c cluster, move mover) {
	switch {
	case c.live == 0:
	case c.live != c.applied:
		move("CassKop takes the spec in", func(c *cluster) { c.applied, c.operator = c.live, rolling })
		if m.touches && c.operator == done && c.applied != 0 {
			move("CassKop changes pods, its status is not written yet", func(c *cluster) { c.operator = touched })
		}
	case c.operator == touched:
		move("CassKop changes the pods back", func(c *cluster) { c.operator = rolling })
	case c.operator == rolling && m.breaksAt(c.live, i):
		move("the revision breaks it", func(c *cluster) { c.operator = broken })
	case c.operator == rolling || c.operator == flapped:
		move("it is Running and Done", func(c *cluster) { c.operator = done })
	case c.operator == done && m.flaps:
		move(flapping, func(c *cluster) { c.operator = flapped })
	}
}

func (m *model) breaksAt(revision uint8, i int) bool {
	for _, r := range m.breaks[i] {
		if uint8(r-'0')+1 == revision {
			return true
		}
	}
	return false
}
