package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// quietTime is how long nothing may change.
const quietTime = 2 * time.Minute

// playQuiet: Flux corrects drift every 5 s, CassKop looks every 5 s, and none of them finds anything to change.
func playQuiet(t *testing.T, sites []*fleet.Site) {
	m := small("quiet")
	m.Interval = 5 * time.Second
	p := created(t, m, sites)
	for _, member := range p.Members {
		for _, name := range []string{p.Name, p.Name + "-gate"} {
			member.Flux.WaitReady(t, soon, name, "True")
		}
		waitAtRest(t, member)
	}
	audits := make([]*bed.Audit, len(p.Members))
	for i, member := range p.Members {
		audits[i] = member.Audit(t)
	}
	<-time.After(quietTime)
	for i, member := range p.Members {
		looked := 0
		for _, e := range audits[i].NextIn(t, p.Name) {
			if e.Verb == "patch" && (e.Is("gates") || e.Is("cassandraclusters")) && !e.Write() {
				looked++ // a dry run of Flux: while it works on the one, the other waits for 30 s
			}
			if e.Write() && e.ResponseStatus.Code < http.StatusBadRequest {
				t.Errorf("%s: %s by %s: %s %s, %d", member.Name, e.StageTimestamp.Format(time.TimeOnly), e.User.Username, e.Verb, e.RequestURI, e.ResponseStatus.Code)
			}
		}
		if looked < 10 {
			t.Errorf("%s: Flux looked %d times in %s, want 10 at least", member.Name, looked, quietTime)
		}
	}
	p.judge(t, 3)
}

// waitAtRest waits until CassKop has written what it has to say after the last change.
func waitAtRest(t *testing.T, m *fleet.Member) {
	t.Helper()
	seen, since := "", time.Now()
	bed.WaitFor(t, soon, "the CassandraCluster in "+m.Name+" stays as it is for 10 s", func() (bool, string) {
		if version := m.CassandraCluster(t).GetResourceVersion(); version != seen {
			seen, since = version, time.Now()
		}
		return time.Since(since) > 10*time.Second, fmt.Sprint("it changed ", time.Since(since), " ago")
	})
}
