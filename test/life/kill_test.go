package life

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/chronicle"
)

// killPoint is a point in the life of a gate at which it is killed: around a write of its status.
type killPoint struct {
	// at says that this is the write.
	at func(*v1alpha1.Gate) bool
	// answered: the write has been made, and the answer has not arrived. Else it is on its way, and is never made.
	answered bool
	// kills is how many of the six gates come to this point: three clusters, and two rollouts.
	kills int32
}

func heldFor(reason string) func(*v1alpha1.Gate) bool {
	return func(g *v1alpha1.Gate) bool { return strings.HasSuffix(bed.Says(g), ": "+reason) }
}

func looking(g *v1alpha1.Gate) bool { return g.Status.ObservedGeneration != 0 }

func opening(g *v1alpha1.Gate) bool { return g.Status.OpenedRevision != "" }

// testKilledGate takes rings through their creation and a change, and kills each gate once in each rollout (SIGKILL), at the same point.
func testKilledGate(t *testing.T) {
	const prefix = "life-kill-"
	scribe := chronicle.NewScribe(t, prefix, clusters...)
	points := map[string]killPoint{
		"before-its-first-status":     {at: looking, kills: 6},
		"while-it-settles":            {at: heldFor(gate.ReasonSettling), answered: true, kills: 6},
		"while-another-soaks":         {at: heldFor(gate.ReasonSoaking), answered: true, kills: 4}, // nothing soaks for the first gate
		"between-reads-and-write":     {at: opening, kills: 6},
		"after-the-write-that-opened": {at: opening, answered: true, kills: 6},
	}
	rollOuts := map[string]func(*testing.T){}
	for name, point := range points {
		rollOuts[name] = func(t *testing.T) { newKilled(t, prefix+name, point).rollOut(t) }
	}
	together(t, rollOuts)
	scribe.Read(t)
	chronicles := scribe.Chronicles(func(string) time.Duration { return killStableFor })
	if len(chronicles) != len(points) {
		t.Errorf("the audit logs tell of %d rings, want %d", len(chronicles), len(points))
	}
	for namespace, c := range chronicles {
		judged := c.Judge()
		for _, v := range judged.Violations {
			t.Error(v)
		}
		if judged.Taken != 6 || judged.Late != 0 {
			t.Errorf("%s: %d revisions taken, %d too late, want 6 and none", namespace, judged.Taken, judged.Late)
		}
	}
}

const killStableFor = time.Second

// killed is a ring whose gates are killed. Each speaks to its API server by a link that knows when.
type killed struct {
	*lifeRing
	point killPoint
	gates []*bed.GateProcess
	armed []atomic.Bool
	kills atomic.Int32
}

func newKilled(t *testing.T, namespace string, point killPoint) *killed {
	t.Helper()
	tree := bed.RingOver(t, clusters, namespace, func(config *v1alpha1.RenderConfig) { config.Gate.StableFor.Duration = killStableFor })
	k := &killed{lifeRing: newLifeRing(t, tree, clusters...), point: point, armed: make([]atomic.Bool, len(clusters)), gates: make([]*bed.GateProcess, len(clusters))}
	for i, c := range clusters {
		k.armed[i].Store(true)
		started := make(chan struct{}) // or a request comes before there is a process to kill
		way := newLink(t, c,
			func(r *http.Request) { <-started; k.ask(t, i, r) },
			func(r *http.Response) { k.answer(t, i, r) })
		k.gates[i] = bed.StartGate(t, bed.GateOptions{
			Kubeconfig: bed.KubeconfigFile(t, way.config(c.GateIdentity(t))), Namespaces: []string{namespace}, Supervise: true})
		close(started)
	}
	return k
}

func (k *killed) ask(t *testing.T, i int, r *http.Request) {
	if k.point.answered || !writesStatus(r) {
		return
	}
	var dead bool
	if r.Body, dead = k.strike(t, i, r.Body); dead {
		<-r.Context().Done() // so that it is not passed on
	}
}

func (k *killed) answer(t *testing.T, i int, r *http.Response) {
	if k.point.answered && writesStatus(r.Request) && r.StatusCode == http.StatusOK {
		r.Body, _ = k.strike(t, i, r.Body)
	}
}

func writesStatus(r *http.Request) bool {
	return r.Method == http.MethodPatch && strings.HasSuffix(r.URL.Path, "/status")
}

// strike kills the gate if this is the point. It returns what it has read: a Gate, or of a request a patch that has what changes.
func (k *killed) strike(t *testing.T, i int, body io.ReadCloser) (same io.ReadCloser, dead bool) {
	content, err := io.ReadAll(body)
	var g v1alpha1.Gate
	if err = errors.Join(err, json.Unmarshal(content, &g)); err != nil {
		t.Error(err)
	}
	_, newest := k.at(0)
	revision, _ := k.at(newest)
	if k.point.at(&g) && (!k.point.answered || g.Spec.Revision == revision) && k.armed[i].CompareAndSwap(true, false) {
		dead = true
		k.kills.Add(1)
		if err := k.gates[i].Kill(); err != nil {
			t.Error(err)
		}
	}
	return io.NopCloser(bytes.NewReader(content)), dead
}

// rollOut takes the ring through two rollouts.
func (k *killed) rollOut(t *testing.T) {
	for commit, revision := range []string{k.tree.Revision, "00000000"} {
		k.commit(revision)
		for i, site := range k.sites {
			if commit > 0 { // the first one may have been killed already
				k.armed[i].Store(true)
			}
			site.must(t, site.deliver(k.lifeRing, commit))
		}
		for i, site := range k.sites {
			began := time.Now()
			site.WaitGate(t, site.key, 30*time.Second, "open: "+gate.ReasonRuleMet)
			t.Logf("%s, cluster %d open after %s", revision, i+1, time.Since(began).Round(time.Millisecond))
			for _, later := range k.sites[i+1:] {
				if outcome := later.must(t, later.apply(revision)); outcome != applyDenied {
					t.Errorf("%s: %s before its time", later.Name, outcome)
				}
			}
			k.come(t, i, revision)
		}
	}
	if kills := k.kills.Load(); kills != k.point.kills {
		t.Errorf("%d gates were killed at this point, want %d", kills, k.point.kills)
	}
}
