package bench

import (
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// countWatches counts in the audit logs of the remotes how many watches gate had there on each resource at one time.
func (w *world) countWatches(b *testing.B, results *table) {
	b.Helper()
	most, begun := 0, 0
	for _, log := range w.logs {
		events := log.Next(b)
		for _, resource := range []string{"gates", "cassandraclusters"} {
			atOnce, all := watches(events, resource)
			if atOnce == 0 {
				b.Errorf("%s were never watched there", resource)
			}
			most, begun = max(most, atOnce), begun+all
		}
	}
	results.add("watches per remote and resource, at one time", float64(most), "", 1)
	results.add("  begun in the whole run, 5 remotes, 2 resources", float64(begun), "", 0)
}

// watches of the reader on a resource: how many there were at one time, and in all.
func watches(events []bed.Event, resource string) (most, begun int) {
	open := map[string]bool{}
	for _, e := range events {
		if e.Verb != "watch" || !e.Is(resource) || !strings.HasSuffix(e.User.Username, ":"+bed.Reader) {
			continue
		}
		switch e.Stage {
		case "ResponseStarted":
			open[e.AuditID] = true
			begun++
		case "ResponseComplete":
			delete(open, e.AuditID)
		}
		most = max(most, len(open))
	}
	return most, begun
}
