package gate_test

import (
	"fmt"
	"strings"
)

// search explores breadth first, so that the first violation found has a shortest trace.
type search struct {
	model   *model
	limit   int
	keys    []uint64
	parents []uint32
	slots   []uint32 // open addressing over keys: index+1
	edges   [][2]uint32

	violation string
	trace     []string
}

func explore(m *model, limit int) *search {
	m.memo = map[question]bool{}
	x := &search{model: m, limit: limit, slots: make([]uint32, 1<<12)}
	x.add(m.initial().key(), 0)
	for at := 0; at < len(x.keys) && x.violation == "" && len(x.keys) < limit; at++ {
		x.expand(at)
	}
	return x
}

func (x *search) expand(at int) {
	from := unpack(x.keys[at])
	x.model.next(from, func(s step, to state) {
		if x.violation != "" {
			return
		}
		if problem := x.model.violated(from, to, s); problem != "" && (x.model.seek == "" || x.model.seek == problem) {
			x.violation = problem
			x.trace = append(x.path(at), fmt.Sprintf("%s\n      %s", s, to))
			return
		}
		index := x.add(to.key(), at)
		if s.helpful() {
			x.edges = append(x.edges, [2]uint32{uint32(at), index})
		}
	})
}

// helpful steps come sooner or later: nobody may count on a crash or on pods that go down.
func (s step) helpful() bool { return s.what != crashed && s.what != flapping }

func (x *search) add(key uint64, parent int) uint32 {
	slot := x.slot(key)
	if x.slots[slot] == 0 {
		x.keys = append(x.keys, key)
		x.parents = append(x.parents, uint32(parent))
		x.slots[slot] = uint32(len(x.keys))
		if len(x.keys)*2 > len(x.slots) {
			x.grow()
			slot = x.slot(key)
		}
	}
	return x.slots[slot] - 1
}

func (x *search) grow() {
	x.slots = make([]uint32, len(x.slots)*2)
	for i, key := range x.keys {
		x.slots[x.slot(key)] = uint32(i + 1)
	}
}

func (x *search) slot(key uint64) int {
	h := key * 0x9e3779b97f4a7c15
	h ^= h >> 32
	mask := len(x.slots) - 1
	at := int(h) & mask
	for x.slots[at] != 0 && x.keys[x.slots[at]-1] != key {
		at = (at + 1) & mask
	}
	return at
}

// path is how the search came to a state, step by step.
func (x *search) path(at int) []string {
	if at == 0 {
		return []string{"      " + unpack(x.keys[0]).String()}
	}
	from := int(x.parents[at])
	trace := x.path(from)
	found := false
	x.model.next(unpack(x.keys[from]), func(s step, to state) {
		if !found && to.key() == x.keys[at] {
			found = true
			trace = append(trace, fmt.Sprintf("%s\n      %s", s, to))
		}
	})
	return trace
}

// lockUp looks for a reachable state in which all operators can finish and from which the newest revision cannot reach every cluster,
// by walking backwards from the states in which it did.
func (x *search) lockUp() {
	good := make([]bool, len(x.keys))
	var queue []uint32
	for i, key := range x.keys {
		if x.model.arrived(unpack(key)) {
			good[i] = true
			queue = append(queue, uint32(i))
		}
	}
	from, before := x.backwards()
	for ; len(queue) > 0; queue = queue[1:] {
		for _, i := range before[from[queue[0]]:from[queue[0]+1]] {
			if !good[i] {
				good[i] = true
				queue = append(queue, i)
			}
		}
	}
	for i, key := range x.keys {
		if !good[i] && x.model.canFinish(unpack(key)) {
			x.violation, x.trace = lockedUp, x.path(i)
			return
		}
	}
}

// backwards are the states before each state: those of state i are before[from[i]:from[i+1]].
func (x *search) backwards() (from, before []uint32) {
	from = make([]uint32, len(x.keys)+2)
	for _, edge := range x.edges {
		from[edge[1]+2]++
	}
	for i := 2; i < len(from); i++ {
		from[i] += from[i-1]
	}
	before = make([]uint32, len(x.edges))
	for _, edge := range x.edges {
		before[from[edge[1]+1]] = edge[0]
		from[edge[1]+1]++
	}
	return from, before
}

func (x *search) report() string {
	return fmt.Sprintf("%s after %d steps (%d states):\n  %s", x.violation, len(x.trace)-1, len(x.keys), strings.Join(x.trace, "\n  "))
}
