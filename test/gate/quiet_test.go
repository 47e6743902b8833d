package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const (
	quietTime = time.Minute
	looks     = 30
)

// TestQuiet: a ring that is through, and one that is held, in three clusters with leader election. When nothing changes, nothing is
// asked and nothing written; and what changes without being news is looked at, and that is all. It runs beside tests that neither
// disturb a cluster nor hold a lease.
func TestQuiet(t *testing.T) {
	t.Parallel()
	q := newQuiet(t)
	t.Run("nothing changes for a minute", q.aMinute)
	t.Run("CassKop writes what is no news", q.writesOfCassKop)
	t.Run("the Gate is looked at again and again", q.looksAtTheGate)
}

type quiet struct {
	through, held *bed.Tree
	processes     []*bed.GateProcess
}

func newQuiet(t *testing.T) *quiet {
	t.Helper()
	q := &quiet{through: ringNamed(t, "quiet-through"), held: ringNamed(t, "quiet-held")}
	for _, tree := range []*bed.Tree{q.through, q.held} {
		tree.InstallGates(t, clusters...)
		tree.Connect(t, clusters...)
	}
	for _, c := range clusters {
		letIn(t, c, q.through)
		takenIn(t, c, q.through, bed.Done)
	}
	letIn(t, clusters[0], q.held)
	takenIn(t, clusters[0], q.held, bed.Pending)
	for _, c := range clusters {
		q.processes = append(q.processes, c.RunGate(t, q.through.Key().Namespace, func(o *bed.GateOptions) {
			o.LeaderElect, o.Namespaces = true, append(o.Namespaces, q.held.Key().Namespace)
		}))
	}
	for _, c := range clusters {
		c.WaitGate(t, q.through.Key(), soon, "open: "+gate.ReasonOpened)
	}
	for _, c := range clusters[1:] {
		c.WaitGate(t, q.held.Key(), soon, "held: "+gate.ReasonNotRunning)
	}
	return q
}

// noise are the requests of the controllers, since the last call, in words and how often: in each cluster those of its own, and
// those of the others. Requests about other namespaces belong to other tests.
func (q *quiet) noise(t *testing.T, logs []*bed.Audit, counts map[string]int) {
	t.Helper()
	for _, log := range logs {
		for _, e := range log.Next(t) {
			who := e.User.Username
			if !strings.HasPrefix(who, "system:serviceaccount:") || e.ObjectRef == nil || e.Stage == "ResponseComplete" && e.Verb == "watch" {
				continue
			}
			if slices.Contains([]string{q.through.Key().Namespace, q.held.Key().Namespace, bed.GateNamespace}, e.ObjectRef.Namespace) {
				counts[fmt.Sprintf("%s %s %s", who[strings.LastIndex(who, ":")+1:], e.Verb, e.ObjectRef.Resource)]++
			}
		}
	}
}

func (q *quiet) logs(t *testing.T) (logs []*bed.Audit) {
	t.Helper()
	for _, c := range clusters {
		logs = append(logs, c.Audit(t))
	}
	return logs
}

func (q *quiet) aMinute(t *testing.T) {
	logs := q.logs(t)
	allowed := []string{"casskop-gitops-gate get leases", "casskop-gitops-gate update leases"}
	for _, resource := range []string{"gates", "cassandraclusters", "secrets"} {
		allowed = append(allowed, "casskop-gitops-gate watch "+resource, "casskop-gitops-reader watch "+resource)
	}
	since, counts := time.Now(), map[string]int{}
	bed.WaitFor(t, 2*time.Minute, "it has been quiet for 3 s", func() (bool, string) {
		found := map[string]int{}
		q.noise(t, logs, found)
		maps.DeleteFunc(found, func(what string, _ int) bool { return slices.Contains(allowed, what) })
		if len(found) > 0 {
			since = time.Now()
		}
		return time.Since(since) > 3*time.Second, fmt.Sprintf("%v", found)
	})
	before := time.Now()
	bed.WaitFor(t, quietTime+soon, "the minute is over", func() (bool, string) {
		q.noise(t, logs, counts)
		return time.Since(before) > quietTime, "it is not"
	})
	for what, n := range counts {
		t.Logf("%3d %s", n, what)
		if !slices.Contains(allowed, what) {
			t.Errorf("%d times in a minute in which nothing changed: %s", n, what)
		}
	}
}

// writesOfCassKop moves the generation of a CassandraCluster of the ring that is through, and an annotation with it.
func (q *quiet) writesOfCassKop(t *testing.T) {
	logs := q.logs(t)
	key, remote := q.through.Key(), clusters[0]
	before := []shown{sightOf(t, clusters[1], key), sightOf(t, clusters[2], key)}
	for i := range looks {
		started := []int{reconciles(t, q.processes[1]), reconciles(t, q.processes[2])}
		cc := bed.NewCassandraCluster(key)
		if err := remote.Client.Get(t.Context(), key, cc); err != nil {
			t.Fatal(err)
		}
		cc.SetAnnotations(with(cc.GetAnnotations(), "looked-at", fmt.Sprint(i)))
		for _, rack := range cc.Object["status"].(map[string]any)["cassandraRackStatus"].(map[string]any) {
			action := rack.(map[string]any)["cassandraLastAction"].(map[string]any)
			action["startTime"] = time.Unix(int64(i), 0).UTC().Format(time.RFC3339)
		}
		if err := remote.Client.Update(t.Context(), cc); err != nil {
			t.Fatal(err)
		}
		for j, process := range q.processes[1:] {
			lookedAt(t, process, started[j]+1)
		}
	}
	q.nothingNew(t, logs, before, []shown{sightOf(t, clusters[1], key), sightOf(t, clusters[2], key)})
}

// looksAtTheGate has the Gate that is held looked at by annotations on it.
func (q *quiet) looksAtTheGate(t *testing.T) {
	logs := q.logs(t)
	before := sightOf(t, clusters[1], q.held.Key())
	for i := range looks {
		started := reconciles(t, q.processes[1])
		annotate(t, clusters[1], q.held.Key(), "looked-at", fmt.Sprint(i))
		lookedAt(t, q.processes[1], started+1)
	}
	after := sightOf(t, clusters[1], q.held.Key())
	before.resourceVersion = after.resourceVersion // the annotations
	q.nothingNew(t, logs, []shown{before}, []shown{after})
}

func (q *quiet) nothingNew(t *testing.T, logs []*bed.Audit, before, after []shown) {
	t.Helper()
	if !slices.Equal(before, after) {
		t.Errorf("was %+v, is %+v", before, after)
	}
	counts := map[string]int{}
	q.noise(t, logs, counts)
	for what, n := range counts {
		if strings.Contains(what, " patch ") || strings.Contains(what, " events") {
			t.Errorf("%d times, although nothing is new: %s", n, what)
		}
	}
}

// shown is what a user sees of a Gate that must not move.
type shown struct {
	resourceVersion string
	events          int
}

func sightOf(t *testing.T, c *bed.Cluster, key client.ObjectKey) shown {
	t.Helper()
	return shown{c.Gate(t, key).ResourceVersion, len(eventsOf(t, c, key))}
}

// eventsOf are the Events of a Gate.
func eventsOf(t *testing.T, c *bed.Cluster, key client.ObjectKey) []eventsv1.Event {
	t.Helper()
	list := &eventsv1.EventList{}
	if err := c.Client.List(t.Context(), list, client.InNamespace(key.Namespace)); err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(list.Items, func(e eventsv1.Event) bool { return e.Regarding.Name != key.Name })
}

func with(all map[string]string, key, value string) map[string]string {
	all[key] = value
	return all
}

// reconciles is how often a controller has looked at a Gate.
func reconciles(t *testing.T, g *bed.GateProcess) (n int) {
	t.Helper()
	for line := range strings.Lines(string(scrape(t, g))) {
		if !strings.HasPrefix(line, `controller_runtime_reconcile_total{controller="gate"`) {
			continue
		}
		var one int
		if _, err := fmt.Sscan(line[strings.LastIndex(line, " "):], &one); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		n += one
	}
	return n
}

func lookedAt(t *testing.T, g *bed.GateProcess, times int) {
	t.Helper()
	bed.WaitFor(t, soon, fmt.Sprintf("the controller has looked %d times", times), func() (bool, string) {
		n := reconciles(t, g)
		return n >= times, fmt.Sprint(n)
	})
}
