package gate

import (
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestSecretRotates: another Secret for the same cluster, with another token and another address, is taken up at once and shows nowhere,
// whether the gate is held or open.
func TestSecretRotates(t *testing.T) {
	const namespace = "rotate"
	seen, process := begin(t, clusters[1], namespace)
	pairs := []*pair{newPair(t, clusters[1], clusters[0], namespace, "held"), newPair(t, clusters[1], clusters[0], namespace, "open")}
	held, open := pairs[0], pairs[1]
	former := bed.NewProxy(t, held.there)
	open.agree(t)
	for _, p := range pairs {
		p.connect(t, former.Config(p.reader(t)))
		p.begin(t, "")
	}
	seen.wait(t, "held", time.Now(), installed, saying(t, "held: "+gate.ReasonRevisionsDiffer))
	seen.wait(t, "open", time.Now(), installed, saying(t, "open: "+gate.ReasonRuleMet))

	audit := held.there.Audit(t)
	rotated := time.Now()
	for _, p := range pairs {
		p.connect(t, p.reader(t))
	}
	began := 0 // watches: a Gate and a CassandraCluster of each
	bed.WaitFor(t, inTime, "the new Secrets are taken up", func() (bool, string) {
		for _, e := range audit.Next(t) {
			if e.Verb == "watch" && e.Stage == "ResponseStarted" && e.ObjectRef.Namespace == namespace {
				began++
			}
		}
		return began >= 2*len(pairs), ""
	})
	t.Logf("taken up after %.1f s", time.Since(rotated).Seconds())
	former.Set(t, bed.Refuse)
	<-time.After(inTime / 2) // what went wrong would show by then
	for _, p := range pairs {
		for _, s := range seen.since(p.tree.Key().Name, rotated)[1:] {
			t.Errorf("%.1f s after the rotation it was written: %s: %s", s.at.Sub(rotated).Seconds(), bed.Says(s.gate), message(s.gate))
		}
	}
	held.agree(t)
	took, _ := seen.wait(t, "held", time.Now(), inTime, saying(t, "open: "+gate.ReasonRuleMet))
	t.Logf("open %.1f s after the other cluster agreed, over the new address", took.Seconds())
	discreet(t, held.here, namespace, process)
}

// TestConnectionIsCut: a connection that breaks and comes back at once is no news.
func TestConnectionIsCut(t *testing.T) {
	const namespace = "cut"
	seen, _ := begin(t, clusters[1], namespace)
	p := newPair(t, clusters[1], clusters[0], namespace, "cut")
	proxy := bed.NewTLSProxy(t, p.there)
	p.connect(t, proxy.Config(p.reader(t)))
	p.begin(t, "")
	seen.wait(t, "cut", time.Now(), installed, saying(t, "held: "+gate.ReasonRevisionsDiffer))
	cut := time.Now()
	proxy.Disconnect()
	p.agree(t)
	took, _ := seen.wait(t, "cut", cut, inTime, saying(t, "open: "+gate.ReasonRuleMet))
	t.Logf("open %.1f s later", took.Seconds())
	for _, s := range seen.since("cut", cut) {
		switch bed.Says(s.gate) {
		case "held: " + gate.ReasonRevisionsDiffer, "held: " + gate.ReasonSettling, "open: " + gate.ReasonRuleMet:
		default:
			t.Errorf("%.1f s after the cut: %s: %s", s.at.Sub(cut).Seconds(), bed.Says(s.gate), message(s.gate))
		}
	}
}
