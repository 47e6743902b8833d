package e2e

import (
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// fluxLooked waits until Flux has tried a commit in a cluster, has found it held, and says of the CassandraCluster that it waits for the gate.
func (p *play) fluxLooked(t *testing.T, m *fleet.Member, c fleet.Commit) {
	t.Helper()
	bed.WaitFor(t, soon, "Flux has tried "+c.SHA+" in "+m.Name, func() (bool, string) {
		status, _ := m.Flux.Kustomization(t, p.Name+"-gate").Object["status"].(map[string]any)
		tried, _ := status["lastAttemptedRevision"].(string)
		return tried == "main@sha1:"+c.SHA, "it has tried " + tried
	})
	m.Flux.WaitReady(t, soon, p.Name+"-gate", "False")
	m.Flux.Reconcile(t, p.Name)
	if _, words := m.Flux.Ready(t, p.Name); !strings.Contains(words, "dependency 'flux-system/"+p.Name+"-gate' is not ready") {
		t.Errorf("Kustomization %s in %s is Ready %s, want that it waits for %s-gate", p.Name, m.Name, words, p.Name)
	}
}
