package status_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/status"
)

const (
	wanted  = "f21d9a02443cfe55"
	another = "17b7961a7be5c55c"
)

var now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func ago(d time.Duration) *metav1.Time { return &metav1.Time{Time: now.Add(-d)} }

// aGate that is open for the revision wanted, or with a reason held.
func aGate(reason string, change ...func(*v1alpha1.Gate)) *v1alpha1.Gate {
	g := &v1alpha1.Gate{Spec: v1alpha1.GateSpec{Revision: wanted, StableFor: &metav1.Duration{Duration: time.Minute}}}
	g.Generation, g.Status.ObservedGeneration = 2, 2
	ready := metav1.Condition{Type: "Ready", Status: "False", Reason: reason, Message: "so it is", ObservedGeneration: 2, LastTransitionTime: *ago(time.Hour)}
	if reason == "" {
		ready.Status, ready.Reason, g.Status.OpenedRevision = "True", "RuleMet", wanted
	}
	g.Status.Conditions = []metav1.Condition{ready}
	for _, f := range change {
		f(g)
	}
	return g
}

func stalled(g *v1alpha1.Gate) {
	g.Status.Conditions = append(g.Status.Conditions, metav1.Condition{Type: "Stalled", Status: "True"})
}

func wants(revision string) func(*v1alpha1.Gate) {
	return func(g *v1alpha1.Gate) { g.Spec.Revision = revision }
}

// sees is a Gate that has seen the CassandraCluster of another cluster to be ready.
func sees(cluster, revision string, since time.Duration) func(*v1alpha1.Gate) {
	return func(g *v1alpha1.Gate) {
		g.Status.WaitFor = append(g.Status.WaitFor, v1alpha1.WaitForStatus{Cluster: cluster, Revision: revision, ReadySince: ago(since)})
	}
}

// carrying is a CassandraCluster of one datacenter, ready unless its action is another.
func carrying(t *testing.T, revision, action, done string) map[string]any {
	t.Helper()
	const spec = `{"topology": {"dc": [{"name": "dc1"}]}}`
	var object map[string]any
	text := `{"metadata": {"annotations": {"casskop-gitops.dev/revision": "` + revision + `",
	  "cassandraclusters.db.orange.com/last-applied-configuration": "{\"spec\": ` + strings.ReplaceAll(spec, `"`, `\"`) + `}"}}, "spec": ` + spec + `,
	  "status": {"phase": "Running", "lastClusterAction": "` + action + `", "lastClusterActionStatus": "` + done + `",
	    "cassandraRackStatus": {"dc1-rack1": {"phase": "Running", "cassandraLastAction": {"status": "` + done + `"}}}}}`
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	return object
}

func TestProblems(t *testing.T) {
	done := carrying(t, wanted, "ScaleUp", "Done")
	for name, tt := range map[string]struct {
		seen    status.Seen
		state   status.GateState
		through bool
		want    []string
	}{
		"all is well":                           {status.Seen{Gate: aGate(""), Cassandra: done}, status.Open, true, nil},
		"it was not reached":                    {status.Seen{Reason: "Unreachable", Message: "no connection"}, status.Unknown, false, []string{"Unreached Unreachable"}},
		"there is no Gate":                      {status.Seen{Cassandra: done}, status.Missing, false, []string{"Gate GateMissing"}},
		"nobody has looked at the Gate":         {status.Seen{Gate: aGate("", func(g *v1alpha1.Gate) { g.Generation = 3 }), Cassandra: done}, status.Held, false, []string{"Gate NotLookedAt"}},
		"the Gate is held":                      {status.Seen{Gate: aGate("Soaking"), Cassandra: carrying(t, another, "ScaleUp", "Done")}, status.Held, false, []string{"Gate Soaking"}},
		"the Gate is stalled":                   {status.Seen{Gate: aGate("ChangeRefused", stalled), Cassandra: done}, status.Stalled, false, []string{"Gate ChangeRefused stalled"}},
		"it is open and not created":            {status.Seen{Gate: aGate("")}, status.Open, false, []string{"NotApplied NotApplied"}},
		"it is open and carries another one":    {status.Seen{Gate: aGate(""), Cassandra: carrying(t, another, "ScaleUp", "Done")}, status.Open, false, []string{"NotApplied NotApplied"}},
		"it is rolling":                         {status.Seen{Gate: aGate(""), Cassandra: carrying(t, wanted, "ScaleUp", "Ongoing")}, status.Open, true, []string{"NotReady ActionNotDone"}},
		"CassKop has refused a change":          {status.Seen{Gate: aGate(""), Cassandra: carrying(t, wanted, "CorrectCRDConfig", "Done")}, status.Open, false, []string{"NotReady ChangeRefused stalled"}},
		"the Gate is held, and it is not ready": {status.Seen{Gate: aGate("Hold"), Cassandra: carrying(t, another, "ScaleUp", "Ongoing")}, status.Held, false, []string{"Gate Hold", "NotReady ActionNotDone"}},
		"its CassandraCluster cannot be read":   {status.Seen{Gate: aGate(""), Cassandra: map[string]any{"spec": 1}}, status.Open, false, []string{"NotApplied NotApplied", "NotReady Unreadable"}},
	} {
		t.Run(name, func(t *testing.T) {
			ring := status.RingOf("ns", "ring", []status.Seen{tt.seen})
			var got []string
			for _, p := range ring.Clusters[0].Problems {
				line := string(p.Kind) + " " + p.Reason
				if p.Stalled {
					line += " stalled"
				}
				if p.NextStep == "" || p.Message == "" {
					t.Errorf("%+v does not say what to do", p)
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || ring.Through != tt.through || ring.Clusters[0].Gate.State != tt.state {
				t.Errorf("want through %v and %s, got %v and %s (-want +got):\n%s", tt.through, tt.state, ring.Through, ring.Clusters[0].Gate.State, diff)
			}
			if summed := ring.Summary() == ""; summed != tt.through {
				t.Errorf("through %v, and the summary is %q", tt.through, ring.Summary())
			}
		})
	}
	if status.RingOf("ns", "ring", nil).Through {
		t.Error("a ring of which nothing was seen is through")
	}
}

func TestToward(t *testing.T) {
	done := carrying(t, wanted, "ScaleUp", "Done")
	well := func(change ...func(*v1alpha1.Gate)) status.Seen {
		return status.Seen{Context: "a", Gate: aGate("", change...), Cassandra: done, ReadySince: now.Add(-time.Hour)}
	}
	fresh := well()
	fresh.ReadySince = now.Add(-20 * time.Second)
	rolling := status.Seen{Context: "a", Gate: aGate(""), Cassandra: carrying(t, wanted, "ScaleUp", "Ongoing")}
	held := status.Seen{Context: "a", Gate: aGate("Soaking"), Cassandra: carrying(t, another, "ScaleUp", "Done")}
	refused := status.Seen{Context: "a", Gate: aGate("ChangeRefused", stalled), Cassandra: carrying(t, another, "ScaleUp", "Done")}
	broken := status.Seen{Secret: "b", Gate: aGate(""), Cassandra: carrying(t, wanted, "CorrectCRDConfig", "Done")}
	later := status.Seen{Context: "a", Gate: aGate("Soaking", wants(another)), Cassandra: done}
	byAnother := well(sees("1", wanted, time.Hour))
	for name, tt := range map[string]struct {
		goal     status.Goal
		revision string
		seen     []status.Seen
		want     status.Outcome
	}{
		"all are there":                        {status.GoalRolledOut, wanted, []status.Seen{well(), well()}, status.Outcome{Reached: true}},
		"without a revision they must agree":   {status.GoalRolledOut, "", []status.Seen{well(), later}, status.Outcome{Missing: "2: its Gate wants revision " + another + ", not " + wanted}},
		"a commit that has not arrived":        {status.GoalRolledOut, another, []status.Seen{well()}, status.Outcome{Missing: "1: its Gate wants revision " + wanted + ", not " + another}},
		"one is rolling":                       {status.GoalRolledOut, "", []status.Seen{well(), rolling}, status.Outcome{Missing: `2: ActionNotDone: action ScaleUp is "Ongoing", want Done`}},
		"one has not been ready for long":      {status.GoalRolledOut, "", []status.Seen{fresh}, status.Outcome{Missing: "1: ready, want that for 1m0s without a break", After: 40 * time.Second}},
		"the Gate of another has seen it long": {status.GoalRolledOut, "", []status.Seen{fresh, byAnother}, status.Outcome{Reached: true}},
		"it has seen another revision":         {status.GoalRolledOut, "", []status.Seen{fresh, well(sees("1", another, time.Hour))}, status.Outcome{Missing: "1: ready, want that for 1m0s without a break", After: 40 * time.Second}},
		"one is held":                          {status.GoalRolledOut, "", []status.Seen{well(), held}, status.Outcome{Missing: "2: Soaking: so it is"}},
		"one is not reached":                   {status.GoalRolledOut, wanted, []status.Seen{{Reason: "Unreachable", Message: "no connection"}, well()}, status.Outcome{Missing: "1: Unreachable: no connection"}},
		"the Gate is open":                     {status.GoalOpen, "", []status.Seen{well()}, status.Outcome{Reached: true}},
		"only Gates of a context are asked":    {status.GoalOpen, "", []status.Seen{broken, well()}, status.Outcome{Reached: true}},
		"nobody is asked":                      {status.GoalOpen, "", []status.Seen{broken}, status.Outcome{}},
		"the Gate is held":                     {status.GoalOpen, wanted, []status.Seen{held}, status.Outcome{Missing: "1: Soaking: so it is"}},
		"there is no Gate yet":                 {status.GoalOpen, wanted, []status.Seen{{Context: "a"}}, status.Outcome{Missing: "1: GateMissing: there is no Gate"}},
		"stalled":                              {status.GoalOpen, "", []status.Seen{refused}, status.Outcome{Missing: "1: ChangeRefused: so it is", Where: "1"}},
		"stalled at another revision":          {status.GoalOpen, another, []status.Seen{refused}, status.Outcome{Missing: "1: its Gate wants revision " + wanted + ", not " + another}},
		"stalled elsewhere":                    {status.GoalRolledOut, "", []status.Seen{broken, held}, status.Outcome{Missing: "1: ChangeRefused: lastClusterAction is CorrectCRDConfig: CassKop refused a change and put the old value back", Where: "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range tt.seen {
				tt.seen[i].Cluster = string(rune('1' + i))
			}
			got := status.RingOf("ns", "ring", tt.seen).Toward(tt.goal, tt.revision, now)
			if (got.Stalled != nil) != (tt.want.Where != "") {
				t.Errorf("stalled: %+v", got.Stalled)
			}
			got.Stalled = nil
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhatOthersSayMovesNoCursor: names and messages come from other clusters.
func TestWhatOthersSayMovesNoCursor(t *testing.T) {
	object := carrying(t, "", "Scale\\tUp", "Done")
	object["status"].(map[string]any)["phase"] = "\x1b[31m"
	seen := status.Seen{Cluster: "a\x1b[2J", Gate: aGate("Hold", func(g *v1alpha1.Gate) { g.Status.Conditions[0].Message = "x\r\ny\u202e" }), Cassandra: object}
	ring := status.RingOf("ns", "ring", []status.Seen{seen})
	var text bytes.Buffer
	status.Write(&text, []status.Ring{ring}, now, true)
	for _, shown := range []string{text.String(), ring.Line(ring.Clusters[0]), ring.Summary()} {
		if strings.ContainsAny(shown, "\x1b\r\t\u202e") {
			t.Errorf("it shows %q", shown)
		}
	}
}
