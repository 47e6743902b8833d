package gate

import (
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// inTheCrowd are how many gates want to read from the dead cluster at the same moment: more than the controller has workers.
const inTheCrowd = 40

// TestDeadClusterDelaysNoOtherGate: many gates wait for a cluster that dies just before they want to open, and so all want to read
// from it; one waits for another cluster, and opens in its normal time.
func TestDeadClusterDelaysNoOtherGate(t *testing.T) {
	for name, dying := range map[string]func(*testing.T, *bed.Cluster) mortal{
		"stopped": func(t *testing.T, c *bed.Cluster) mortal {
			through := func(config *rest.Config) *rest.Config { return config }
			return mortal{through: through, die: func() { c.PauseAPIServer(t) }, live: func() { c.ResumeAPIServer(t) }}
		},
		"unreachable": func(t *testing.T, c *bed.Cluster) mortal {
			proxy := bed.NewProxy(t, c)
			return mortal{through: proxy.Config, die: func() { proxy.Set(t, bed.Unreachable) }, live: func() { proxy.Set(t, bed.Pass) }}
		},
	} {
		t.Run(name, func(t *testing.T) {
			here, dead, namespace := clusters[1], clusters[0], "crowd-"+name
			seen, process := begin(t, here, namespace)
			pid := process.PID()
			cluster := dying(t, dead)
			healthy := newPair(t, here, clusters[2], namespace, "healthy")
			healthy.connect(t, healthy.reader(t))
			crowd := newCrowd(t, here, dead, namespace)
			crowd.connect(t, cluster.through(crowd.reader(t)))
			for _, p := range []*pair{healthy, crowd.pair} {
				p.begin(t, "")
			}
			crowd.gather(t)
			for name := range crowd.names {
				seen.wait(t, name, time.Now(), installed, saying(t, "held: "+gate.ReasonRevisionsDiffer))
			}
			alone := opens(t, seen, healthy, "00000001")

			healthy.wish(t, "00000002") // settled long before the crowd is
			seen.wait(t, "healthy", time.Now(), installed, saying(t, "held: "+gate.ReasonRevisionsDiffer))
			<-time.After(gate.Settle)
			crowd.agree(t)
			audit := here.Audit(t)
			cluster.die()
			died := time.Now()
			beside := opens(t, seen, healthy, "00000002")
			t.Logf("opened %.0f ms after the other cluster agreed when all was well, %.0f ms beside the dead cluster", 1e3*alone.Seconds(), 1e3*beside.Seconds())
			if limit := alone + time.Second; beside > limit {
				t.Errorf("it took %s beside the dead cluster, want %s at most", beside, limit)
			}
			for name := range crowd.names {
				unseen := saying(t, "held: "+remote.ReasonNotAnswering, "held: "+remote.ReasonUnreachable)
				if took, _ := seen.wait(t, name, died, inTime, unseen); took > inTime {
					t.Errorf("Gate %s says why after %s, want %s at most", name, took, inTime)
				}
			}
			t.Logf("all %d say why after %.1f s", len(crowd.names), time.Since(died).Seconds())
			asked := 0
			for _, e := range audit.Next(t) {
				if e.Verb == "get" && e.Is("cassandraclusters") {
					asked++
				}
			}
			t.Logf("the API server here was asked for CassandraClusters %d times meanwhile", asked)
			if limit := 5 * len(crowd.names); asked > limit {
				t.Errorf("the API server here was asked %d times, want %d at most", asked, limit)
			}
			cluster.live()
			alive := time.Now()
			for name := range crowd.names {
				if took, _ := seen.wait(t, name, alive, inTime, saying(t, "open: "+gate.ReasonRuleMet)); took > inTime {
					t.Errorf("Gate %s is open after %s, want %s at most", name, took, inTime)
				}
			}
			t.Logf("all are open %.1f s after it came back", time.Since(alive).Seconds())
			if process.PID() != pid {
				t.Errorf("the process was %d and is %d, want no restart", pid, process.PID())
			}
		})
	}
}

// mortal is a way to the other cluster, and what ends and mends it.
type mortal struct {
	through   func(*rest.Config) *rest.Config
	die, live func()
}

// opens has the other Gate of a pair want what the one here wants, and returns how long it takes to open.
func opens(t *testing.T, seen *history, p *pair, revision string) time.Duration {
	t.Helper()
	p.wish(t, revision)
	p.want(t, revision)
	took, _ := seen.wait(t, p.tree.Key().Name, time.Now(), installed, func(g *v1alpha1.Gate) bool {
		return g.Spec.Revision == revision && bed.Says(g) == "open: "+gate.ReasonRuleMet
	})
	return took
}

// wish has the Gate here want a revision.
func (p *pair) wish(t *testing.T, revision string) {
	t.Helper()
	g := p.here.Gate(t, p.tree.Key())
	g.Spec.Revision = revision
	if err := p.here.Client.Update(t.Context(), g); err != nil {
		t.Fatal(err)
	}
}

// crowd is a pair, and beside its Gates many others that share its Secret.
type crowd struct {
	*pair
	names map[string]bool
}

func newCrowd(t *testing.T, here, there *bed.Cluster, namespace string) *crowd {
	t.Helper()
	return &crowd{newPair(t, here, there, namespace, "crowd"), map[string]bool{"crowd": true}}
}

// gather copies the Gates on both sides.
func (c *crowd) gather(t *testing.T) {
	t.Helper()
	for i := range inTheCrowd - 1 {
		c.names[fmt.Sprintf("crowd%d", i)] = true
	}
	for _, side := range []*bed.Cluster{c.there, c.here} {
		model := side.Gate(t, c.tree.Key())
		c.each(t, func(name string) error {
			g := model.DeepCopy()
			g.ObjectMeta = metav1.ObjectMeta{Namespace: g.Namespace, Name: name}
			g.Spec.WaitFor[0].Name = name
			return client.IgnoreAlreadyExists(side.Client.Create(t.Context(), g))
		})
	}
}

// agree has all Gates there want what those here want, all but at once.
func (c *crowd) agree(t *testing.T) {
	t.Helper()
	patch := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"spec":{"revision":%q}}`, c.tree.Revision))
	c.each(t, func(name string) error {
		g := &v1alpha1.Gate{ObjectMeta: metav1.ObjectMeta{Namespace: c.tree.Key().Namespace, Name: name}}
		return c.there.Client.Patch(t.Context(), g, patch)
	})
}

// each does something for each Gate, for some at a time.
func (c *crowd) each(t *testing.T, do func(name string) error) {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(8)
	for name := range c.names {
		group.Go(func() error { return do(name) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}
