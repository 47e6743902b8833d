package gate_test

const (
	twoAtOnce  = "two clusters roll at once"
	tooEarly   = "a cluster took a revision before an earlier one was through with it"
	lockedUp   = "the newest revision cannot reach every cluster"
	closedGate = "an open gate closed without a new spec"
)

// violated names the invariant that a step breaks.
func (m *model) violated(from, to state, s step) string {
	rolling := 0
	for i, c := range to {
		if c.busy() {
			rolling++
		}
		if from[i].open && !c.open && m.revision(from[i].want) == m.revision(c.want) {
			return closedGate
		}
	}
	switch {
	case s.what == wrote && !m.inTurn(to, s.cluster):
		return tooEarly
	case rolling > 1:
		return twoAtOnce
	}
	return ""
}

// inTurn: at the moment of the write every earlier cluster carries the revision, CassKop has taken it in, and it came up with it; pods
// that went down by themselves since do not count.
func (m *model) inTurn(s state, i int) bool {
	for j := range i {
		c := s[j]
		up := c.operator == done || c.operator == flapped
		if m.carries(s[i].live, j) && (c.live != s[i].live || c.applied != s[i].live || !up) {
			return false
		}
	}
	return true
}

// carries: a revision is a hash over all clusters of its ring, so it says which they are.
func (m *model) carries(revision uint8, i int) bool {
	for commit := range uint8(len(m.commits)) {
		if m.revision(commit+1) == revision {
			return m.knows(commit+1, i)
		}
	}
	return false
}

// arrived: the newest revision is everywhere.
func (m *model) arrived(s state) bool {
	newest := uint8(len(m.commits))
	for i, c := range s {
		want := m.revision(newest)
		if m.knows(newest, i) && (m.revision(c.want) != want || c.live != want || c.applied != want || c.operator != done) {
			return false
		}
	}
	return true
}

// canFinish is false once a cluster other than the first has taken, or is bound to take, a revision that breaks it: only a human opens then, by design.
func (m *model) canFinish(s state) bool {
	for i, c := range s {
		if i > 0 && (m.breaksAt(c.live, i) || m.breaksAt(c.applied, i) || m.breaksAt(c.flying, i)) {
			return false
		}
	}
	return true
}
