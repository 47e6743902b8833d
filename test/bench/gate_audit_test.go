package bench

import (
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// tally counts in the audit logs what the gate asks of the API servers, from when it is made.
type tally struct {
	servers  []*server // the one here first
	requests int
}

// server is one API server, and the watches of the gate there: by resource, those that are open by their id, the most at one time, and all.
type server struct {
	log         *bed.Audit
	open        map[string]map[string]bool
	most, begun map[string]int
}

func (w *world) newTally(b *testing.B) *tally {
	t := &tally{}
	for _, c := range append([]*bed.Cluster{w.here}, w.remotes...) {
		t.servers = append(t.servers, &server{c.Audit(b), map[string]map[string]bool{}, map[string]int{}, map[string]int{}})
	}
	return t
}

// read takes in what the logs say by now, and returns how many requests the gate has made: a watch counts when it begins.
func (t *tally) read(b *testing.B) int {
	b.Helper()
	for _, s := range t.servers {
		for _, e := range s.log.Next(b) {
			if !strings.HasSuffix(e.User.Username, ":"+bed.Reader) && !strings.HasSuffix(e.User.Username, ":"+bed.GateServiceAccount) {
				continue
			}
			if e.Verb == "watch" {
				s.watch(e)
			}
			if (e.Stage == "ResponseStarted") == (e.Verb == "watch") {
				t.requests++
			}
		}
	}
	return t.requests
}

func (s *server) watch(e bed.Event) {
	resource := e.ObjectRef.Resource
	if s.open[resource] == nil {
		s.open[resource] = map[string]bool{}
	}
	if e.Stage == "ResponseStarted" {
		s.open[resource][e.AuditID] = true
		s.begun[resource]++
	} else {
		delete(s.open[resource], e.AuditID)
	}
	s.most[resource] = max(s.most[resource], len(s.open[resource]))
}

// open is how many watches the gate has in other clusters.
func (t *tally) open() (n int) {
	for _, s := range t.servers[1:] {
		for _, ids := range s.open {
			n += len(ids)
		}
	}
	return n
}

// report tells of the watches in other clusters.
func (t *tally) report(b *testing.B, results *table) {
	b.Helper()
	t.read(b)
	most, begun := 0, 0
	for _, s := range t.servers[1:] {
		for _, resource := range []string{"gates", "cassandraclusters"} {
			if s.most[resource] == 0 {
				b.Errorf("%s were never watched there", resource)
			}
			most, begun = max(most, s.most[resource]), begun+s.begun[resource]
		}
	}
	results.add("watches per remote and resource, at one time", float64(most), "", 1)
	results.add("  begun in the whole run, 5 remotes, 2 resources", float64(begun), "", 0)
}
