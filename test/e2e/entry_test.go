package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// playBreakIn: a gate that is held by hand stays closed, nobody gets past a closed one, and one that is opened by hand is open for one
// revision.
func playBreakIn(t *testing.T, sites []*fleet.Site) {
	m := fleet.Small("break-in", "k8s-cluster1", "k8s-cluster2")
	p := begin(t, m, casskopbed.Options{}, sites[:2]...)
	old := p.rollOut(t)
	first, second := p.Members[0], p.Members[1]
	m.Hold, m.Spec["cassandraImage"] = []string{"k8s-cluster1"}, newImage
	c := p.Commit(t)
	says(t, first, "held: "+gate.ReasonHold)
	says(t, second, "held: "+gate.ReasonNotCarried)
	p.fluxLooked(t, first, c)
	first.WantCarries(t, old.Revision)

	got := second.Kubectl(t, nil, "apply", "-k", filepath.Join(p.Dir, "clusters/k8s-cluster2/break-in"))
	if denied := "denied request: held at " + c.Revision + ": "; got.Code != 1 || !strings.Contains(got.Stderr, denied) {
		t.Errorf("kubectl apply -k: want exit 1 and %q, got exit %d and\n%s%s", denied, got.Code, got.Stdout, got.Stderr)
	}
	second.WantCarries(t, old.Revision)

	p.openByHand(t, second, c)
	fleet.WaitThrough(t, patience, c.Revision, second)
	m.Spec["cassandraImage"] = otherImage
	next := p.Commit(t)
	says(t, second, "held: "+gate.ReasonNotCarried)
	p.fluxLooked(t, second, next)
	second.WantCarries(t, c.Revision)

	m.Hold = nil
	p.rollOut(t)
	p.judgeButFor(t, 2+1+2, "cluster 2 took "+c.Revision)
}

// openByHand opens a gate for a revision with kubectl, as docs/gate.md tells.
func (p *play) openByHand(t *testing.T, m *fleet.Member, c fleet.Commit) {
	t.Helper()
	got := m.Kubectl(t, nil, "annotate", "gate", "-n", p.Name, p.Name, "casskop-gitops.dev/open="+c.Revision, "casskop-gitops.dev/open-reason=the fix")
	if got.Code != 0 {
		t.Fatalf("kubectl annotate: %s", got.Stderr)
	}
	says(t, m, "open: "+gate.ReasonOpenedByHand, "open: "+gate.ReasonOpened)
}

// judgeButFor is judge where a human let something in before its time.
func (p *play) judgeButFor(t *testing.T, taken int, byHand string) {
	t.Helper()
	found := false
	for _, v := range p.violations(t, taken) {
		if strings.Contains(v.String(), byHand) {
			found = true
			continue
		}
		t.Error(v)
	}
	if !found {
		t.Errorf("nothing was let in before its time, want %q", byHand)
	}
}
