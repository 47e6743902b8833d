package gate_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// The middle one of three clusters at revision 2, which is about to be let in: cluster 1 carries it, cluster 3 does not yet.
func middle() gate.Facts {
	m := &model{commits: "012"}
	facts := m.best(1, 3)
	facts.Gate.Spec.Seeds.Hosts = []string{"seed"}
	facts.Here = sight(1, 1, done)
	m.put(facts, read{2, false}, cluster{live: 1, applied: 1})
	return facts
}

// chained is the same with Chain.
func chained() gate.Facts {
	m := &model{commits: "012", chain: true}
	facts := m.best(1, 3)
	facts.Here = sight(1, 1, done)
	other := facts.Others["k8s-cluster1"]
	other.Gate, other.Wants = gate.Unknown, ""
	facts.Others["k8s-cluster1"] = other
	return facts
}

// in changes what was seen of a cluster.
func in(name string, change func(*gate.Other)) func(*gate.Facts) {
	return func(f *gate.Facts) {
		other := f.Others[name]
		change(&other)
		f.Others[name] = other
	}
}

// at puts a CassandraCluster into a cluster.
func at(name string, live, applied uint8, now operator) func(*gate.Facts) {
	return in(name, func(o *gate.Other) { o.Cluster = sight(live, applied, now) })
}

// with sets a field of the status of the CassandraCluster in a cluster.
func with(name, field string, value any) func(*gate.Facts) {
	altered := object(3, 3, done)
	altered["status"].(map[string]any)[field] = value
	return in(name, func(o *gate.Other) { o.Cluster = gate.SightOf(altered) })
}

func spec(change func(*v1alpha1.GateSpec)) func(*gate.Facts) {
	return func(f *gate.Facts) { change(&f.Gate.Spec) }
}

func all(changes ...func(*gate.Facts)) func(*gate.Facts) {
	return func(f *gate.Facts) {
		for _, change := range changes {
			change(f)
		}
	}
}

func ago(d time.Duration) time.Time { return modelNow.Add(-d) }

func hereAbsent(f *gate.Facts) { f.Here = gate.Sight{Presence: gate.Absent} }

func seedsSay(answer gate.SeedAnswer) func(*gate.Facts) {
	return func(f *gate.Facts) { f.Seeds = answer }
}

func opened(generation int64) func(*gate.Facts) {
	return func(f *gate.Facts) {
		f.Gate.Status = v1alpha1.GateStatus{ObservedGeneration: generation, OpenedRevision: f.Gate.Spec.Revision}
	}
}

func nothingSeen(f *gate.Facts) { f.Others, f.Here, f.WantsSince = nil, gate.Sight{}, time.Time{} }

func byHand(revision string) func(*gate.Facts) {
	return func(f *gate.Facts) {
		f.Gate.Annotations = map[string]string{v1alpha1.AnnotationOpen: revision, v1alpha1.AnnotationOpenReason: "dc1 is lost"}
	}
}

func hold(f *gate.Facts) { f.Gate.Spec.Hold = true }

func policy(p v1alpha1.SeedPolicy) func(*gate.Facts) {
	return spec(func(s *v1alpha1.GateSpec) { s.Seeds.Policy = p })
}

type sentence struct {
	change func(*gate.Facts)
	reason string // why it is open or held
	open   bool
	after  time.Duration
}

func check(t *testing.T, facts func() gate.Facts, sentences map[string]sentence) {
	t.Helper()
	for name, s := range sentences {
		t.Run(name, func(t *testing.T) {
			f := facts()
			s.change(&f)
			got := gate.Decide(f)
			if got.Open != s.open || got.Reason != s.reason || got.RequeueAfter != s.after {
				t.Errorf("want open %v %s, again after %s; got open %v %s (%s), after %s", s.open, s.reason, s.after, got.Open, got.Reason, got.Message, got.RequeueAfter)
			}
			if (got.OpenedRevision == f.Gate.Spec.Revision) != s.open && f.Gate.Spec.Revision != "" {
				t.Errorf("openedRevision is %q, open %v", got.OpenedRevision, s.open)
			}
			if stalled := s.reason == gate.ReasonInvalid || s.reason == gate.ReasonChangeRefused; got.Stalled != stalled {
				t.Errorf("want stalled %v, got %v", stalled, got.Stalled)
			}
			if got.Message == "" {
				t.Error("no message")
			}
			checkWarning(t, got)
			checkHolds(t, got)
		})
	}
}

func TestWaysToOpen(t *testing.T) {
	refused := with("k8s-cluster1", "lastClusterAction", "CorrectCRDConfig")
	check(t, middle, map[string]sentence{
		"the rule opens": {func(*gate.Facts) {}, gate.ReasonRuleMet, true, 0},
		"a gate that was opened stays open although nothing is known":        {all(opened(1), nothingSeen, hold), gate.ReasonOpened, true, 0},
		"a new generation closes it":                                         {all(opened(0), hold), gate.ReasonHold, false, 0},
		"another revision closes it":                                         {all(opened(1), hold, spec(func(s *v1alpha1.GateSpec) { s.Revision = "f00df00d" })), gate.ReasonHold, false, 0},
		"a revision carried here already opens although nothing is known":    {all(hold, func(f *gate.Facts) { f.Others, f.Here = nil, sight(3, 1, broken) }), gate.ReasonCarried, true, 0},
		"a revision carried here opens only once the Gate has settled":       {func(f *gate.Facts) { f.Here, f.WantsSince = sight(3, 3, done), ago(time.Second) }, gate.ReasonSettling, false, time.Second},
		"a human opens although nothing is known":                            {all(nothingSeen, hold, byHand("00000003")), gate.ReasonOpenedByHand, true, 0},
		"a human who names another revision does not open":                   {all(hold, byHand("00000002")), gate.ReasonHold, false, 0},
		"a human opens a stalled gate":                                       {all(refused, byHand("00000003")), gate.ReasonOpenedByHand, true, 0},
		"an empty revision is never open":                                    {all(spec(func(s *v1alpha1.GateSpec) { s.Revision = "" }), opened(1), byHand("")), gate.ReasonInvalid, false, 0},
		"a ring of one cluster has nobody to wait for":                       {spec(func(s *v1alpha1.GateSpec) { s.WaitFor = nil }), gate.ReasonRuleMet, true, 0},
		"the damaged cluster is not held by its own damage":                  {func(f *gate.Facts) { f.Here = sight(2, 2, broken) }, gate.ReasonRuleMet, true, 0},
		"hold keeps it closed":                                               {hold, gate.ReasonHold, false, 0},
		"a hold that is new is judged again, and holds nothing carried here": {all(hold, func(f *gate.Facts) { f.Here, f.WantsSince = sight(3, 3, done), ago(time.Second) }), gate.ReasonHold, false, time.Second},
		"what is here must be known":                                         {func(f *gate.Facts) { f.Here = gate.Sight{} }, gate.ReasonHereUnknown, false, 0},
		"a presence that does not exist is unknown":                          {func(f *gate.Facts) { f.Here.Presence = 7 }, gate.ReasonHereUnknown, false, 0},
		"a Gate that has only just changed waits":                            {func(f *gate.Facts) { f.WantsSince = ago(500 * time.Millisecond) }, gate.ReasonSettling, false, 1500 * time.Millisecond},
		"a Gate of unknown age waits":                                        {func(f *gate.Facts) { f.WantsSince = time.Time{} }, gate.ReasonSettling, false, gate.Settle},
		"a Gate that changes in the future waits":                            {func(f *gate.Facts) { f.WantsSince = ago(-time.Hour) }, gate.ReasonSettling, false, gate.Settle},
		"a CassandraCluster is created once a seed answers":                  {all(hereAbsent, seedsSay(gate.SeedsAnswered)), gate.ReasonRuleMet, true, 0},
		"a CassandraCluster is not created when no seed answers":             {all(hereAbsent, seedsSay(gate.SeedsSilent)), gate.ReasonNoSeedAnswers, false, 0},
		"a CassandraCluster is not created before the seeds are asked":       {all(hereAbsent, seedsSay(gate.SeedsNotAsked)), gate.ReasonSeedsNotAsked, false, 0},
		"a CassandraCluster is not created when the answer is not known":     {all(hereAbsent, seedsSay(gate.SeedsUnknown)), gate.ReasonSeedsUnknown, false, 0},
		"with Warn it is created although no seed answers":                   {all(hereAbsent, seedsSay(gate.SeedsSilent), policy(v1alpha1.SeedPolicyWarn)), gate.ReasonRuleMet, true, 0},
		"with Warn the seeds are asked all the same":                         {all(hereAbsent, seedsSay(gate.SeedsNotAsked), policy(v1alpha1.SeedPolicyWarn)), gate.ReasonSeedsNotAsked, false, 0},
		"with Off it is created without asking":                              {all(hereAbsent, seedsSay(gate.SeedsNotAsked), policy(v1alpha1.SeedPolicyOff)), gate.ReasonRuleMet, true, 0},
		"a CassandraCluster that exists needs no seeds":                      {seedsSay(gate.SeedsSilent), gate.ReasonRuleMet, true, 0},
		"the first CassandraCluster of a ring needs no seeds":                {all(hereAbsent, seedsSay(gate.SeedsSilent), at("k8s-cluster1", 0, 0, done), at("k8s-cluster3", 0, 0, done), spec(func(s *v1alpha1.GateSpec) { s.WaitFor[0].Before = false })), gate.ReasonRuleMet, true, 0},
		"an unknown serialize is stalled":                                    {spec(func(s *v1alpha1.GateSpec) { s.Serialize = "Loop" }), gate.ReasonInvalid, false, 0},
		"a negative stableFor is stalled":                                    {spec(func(s *v1alpha1.GateSpec) { s.StableFor = &metav1.Duration{Duration: -1} }), gate.ReasonInvalid, false, 0},
		"an unknown seed policy is stalled":                                  {policy("Maybe"), gate.ReasonInvalid, false, 0},
		"a cluster listed twice is stalled":                                  {spec(func(s *v1alpha1.GateSpec) { s.WaitFor = append(s.WaitFor, s.WaitFor[0]) }), gate.ReasonInvalid, false, 0},
		"a cluster without a name is stalled":                                {spec(func(s *v1alpha1.GateSpec) { s.WaitFor[0].Cluster = "" }), gate.ReasonInvalid, false, 0},
		"Chain with two entries is stalled":                                  {spec(func(s *v1alpha1.GateSpec) { s.Serialize = v1alpha1.SerializeChain }), gate.ReasonInvalid, false, 0},
		"a stalled cluster speaks before one that only needs time":           {all(at("k8s-cluster1", 3, 3, rolling), with("k8s-cluster3", "lastClusterAction", "CorrectCRDConfig")), gate.ReasonChangeRefused, false, 0},
		"the first cluster in the order speaks before the later ones":        {all(at("k8s-cluster1", 3, 3, rolling), at("k8s-cluster3", 1, 1, flapped)), gate.ReasonActionNotDone, false, 0},
		"serialize, stableFor and seeds that are absent have their defaults": {spec(func(s *v1alpha1.GateSpec) { s.Serialize, s.StableFor, s.Seeds = "", nil, v1alpha1.Seeds{} }), gate.ReasonRuleMet, true, 0},
	})
}

func TestRuleOfRing(t *testing.T) {
	const earlier, later = "k8s-cluster1", "k8s-cluster3"
	deleting := object(3, 3, done)
	deleting["metadata"].(map[string]any)["deletionTimestamp"] = "now"
	sentences := map[string]sentence{
		"an earlier cluster that does not carry the revision": {at(earlier, 2, 2, done), gate.ReasonNotCarried, false, 0},
		"an earlier cluster without a CassandraCluster":       {at(earlier, 0, 0, done), gate.ReasonNotCreated, false, 0},
		"a later cluster without a CassandraCluster opens":    {at(later, 0, 0, done), gate.ReasonRuleMet, true, 0},
		"a later cluster with an older revision opens":        {at(later, 2, 2, done), gate.ReasonRuleMet, true, 0},
	}
	for _, where := range []string{earlier, later} {
		for name, s := range map[string]sentence{
			"its Gate wants another revision":        {in(where, func(o *gate.Other) { o.Wants = "00000002" }), gate.ReasonRevisionsDiffer, false, 0},
			"it has no Gate":                         {in(where, func(o *gate.Other) { o.Gate = gate.Absent }), gate.ReasonGateMissing, false, 0},
			"its Gate was not read":                  {in(where, func(o *gate.Other) { o.Gate = gate.Unknown }), gate.ReasonNotSeen, false, 0},
			"its Gate has only just changed":         {in(where, func(o *gate.Other) { o.WantsSince = ago(time.Second) }), gate.ReasonSettling, false, time.Second},
			"its CassandraCluster was not read":      {in(where, func(o *gate.Other) { o.Cluster = gate.Sight{} }), gate.ReasonNotSeen, false, 0},
			"nothing is known of it":                 {func(f *gate.Facts) { delete(f.Others, where) }, gate.ReasonNotSeen, false, 0},
			"it never answered":                      {in(where, func(o *gate.Other) { o.LastSeen = time.Time{} }), gate.ReasonNotSeen, false, 0},
			"it could not be seen":                   {in(where, func(o *gate.Other) { o.Failure, o.FailureMessage = "SecretMissing", "no Secret" }), "SecretMissing", false, 0},
			"its answer is too old":                  {in(where, func(o *gate.Other) { o.LastSeen = ago(gate.FreshFor + 1) }), gate.ReasonStale, false, 0},
			"its answer is from the future":          {in(where, func(o *gate.Other) { o.LastSeen = ago(-time.Second) }), gate.ReasonStale, false, 0},
			"CassKop has not taken it in":            {at(where, 3, 2, done), gate.ReasonNotTakenIn, false, 0},
			"CassKop has not seen it at all":         {at(where, 3, 0, done), gate.ReasonNotTakenIn, false, 0},
			"it is rolling":                          {at(where, 3, 3, rolling), gate.ReasonActionNotDone, false, 0},
			"its pods are down":                      {at(where, 3, 3, flapped), gate.ReasonNotRunning, false, 0},
			"CassKop refused a change there":         {with(where, "lastClusterAction", "CorrectCRDConfig"), gate.ReasonChangeRefused, false, 0},
			"a rack is not in its status":            {with(where, "cassandraRackStatus", map[string]any{}), gate.ReasonRackMissing, false, 0},
			"its phase is no string":                 {with(where, "phase", 1.0), gate.ReasonUnreadable, false, 0},
			"it is being deleted":                    {in(where, func(o *gate.Other) { o.Cluster = gate.SightOf(deleting) }), gate.ReasonDeleting, false, 0},
			"it has not been ready for long enough":  {in(where, func(o *gate.Other) { o.ReadySince = ago(50 * time.Second) }), gate.ReasonSoaking, false, 10 * time.Second},
			"it is not known since when it is ready": {in(where, func(o *gate.Other) { o.ReadySince = time.Time{} }), gate.ReasonSoaking, false, time.Minute},
			"it will be ready in the future":         {in(where, func(o *gate.Other) { o.ReadySince = ago(-time.Hour) }), gate.ReasonSoaking, false, time.Minute},
			"it has been ready for exactly so long":  {in(where, func(o *gate.Other) { o.ReadySince = ago(time.Minute) }), gate.ReasonRuleMet, true, 0},
			"no soak is wanted":                      {all(spec(func(s *v1alpha1.GateSpec) { s.StableFor = &metav1.Duration{} }), in(where, func(o *gate.Other) { o.ReadySince = ago(0) })), gate.ReasonRuleMet, true, 0},
			"a later revision there does not matter": {at(later, 3, 3, done), gate.ReasonRuleMet, true, 0},
		} {
			sentences[where+": "+name] = s
		}
	}
	check(t, middle, sentences)
}

func TestRuleOfChain(t *testing.T) {
	const previous = "k8s-cluster1"
	check(t, chained, map[string]sentence{
		"the previous cluster carries the revision and is ready":      {func(*gate.Facts) {}, gate.ReasonRuleMet, true, 0},
		"its Gate is not asked":                                       {in(previous, func(o *gate.Other) { o.Gate, o.Wants = gate.Present, "00000001" }), gate.ReasonRuleMet, true, 0},
		"the previous cluster does not carry the revision":            {at(previous, 2, 2, done), gate.ReasonNotCarried, false, 0},
		"the previous cluster must carry it without 'before' as well": {all(at(previous, 2, 2, done), spec(func(s *v1alpha1.GateSpec) { s.WaitFor[0].Before = false })), gate.ReasonNotCarried, false, 0},
		"the previous cluster has no CassandraCluster":                {at(previous, 0, 0, done), gate.ReasonNotCreated, false, 0},
		"CassKop there has not taken it in":                           {at(previous, 3, 2, done), gate.ReasonNotTakenIn, false, 0},
		"the previous cluster is rolling":                             {at(previous, 3, 3, rolling), gate.ReasonActionNotDone, false, 0},
		"the previous cluster is soaking":                             {in(previous, func(o *gate.Other) { o.ReadySince = ago(time.Second) }), gate.ReasonSoaking, false, 59 * time.Second},
		"the previous cluster was not seen":                           {func(f *gate.Facts) { f.Others = nil }, gate.ReasonNotSeen, false, 0},
		"the first cluster waits for nobody":                          {spec(func(s *v1alpha1.GateSpec) { s.WaitFor = nil }), gate.ReasonRuleMet, true, 0},
		"no seed answers beside the previous cluster":                 {all(hereAbsent, seedsSay(gate.SeedsSilent)), gate.ReasonNoSeedAnswers, false, 0},
	})
}

func TestAnOpenGateKeepsTheReasonItWasOpenedFor(t *testing.T) {
	facts := middle()
	opened(1)(&facts)
	facts.Gate.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: "True", ObservedGeneration: 1, Reason: gate.ReasonRuleMet, Message: "all well"}}
	if got := gate.Decide(facts); !got.Open || got.Reason != gate.ReasonRuleMet || got.Message != "all well" {
		t.Errorf("got %+v", got)
	}
}

func TestAHeldGateSaysWhyAHumanHoldsIt(t *testing.T) {
	for want, why := range map[string]string{"spec.hold is true": "", "spec.hold is true: ticket 4712": "ticket 4712"} {
		facts := middle()
		hold(&facts)
		facts.Gate.Annotations = map[string]string{v1alpha1.AnnotationHoldReason: why}
		if got := gate.Decide(facts); got.Open || got.Message != want {
			t.Errorf("want held and %q, got %+v", want, got)
		}
	}
}

func TestStatusSaysWhatWasSeenOfEachCluster(t *testing.T) {
	facts := middle()
	at("k8s-cluster3", 2, 2, rolling)(&facts)
	now, since := &metav1.Time{Time: modelNow}, &metav1.Time{Time: ago(time.Hour)}
	want := []v1alpha1.WaitForStatus{
		{Cluster: "k8s-cluster1", Met: true, Reason: "Ready", Revision: "00000003", Wants: "00000003", Phase: "Running", LastClusterAction: "UpdateDockerImage", LastClusterActionStatus: "Done", ReadySince: since, LastSeen: now},
		{Cluster: "k8s-cluster3", Holds: true, Reason: "ActionNotDone", Revision: "00000002", Wants: "00000003", Phase: "Running", LastClusterAction: "UpdateDockerImage", LastClusterActionStatus: "Ongoing", LastSeen: now},
	}
	got := gate.Decide(facts)
	if diff := cmp.Diff(want, got.WaitFor); diff != "" {
		t.Errorf("waitFor (-want +got):\n%s", diff)
	}
	if want := `k8s-cluster3: action UpdateDockerImage is "Ongoing", want Done`; got.Message != want {
		t.Errorf("message: want %s, got %s", want, got.Message)
	}
}

func FuzzDecideNeverOpensOnWhatItCannotRead(f *testing.F) {
	for _, o := range []map[string]any{object(3, 3, done), object(3, 2, done), object(3, 3, rolling)} {
		seed, err := json.Marshal(o)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed, seed)
	}
	f.Add([]byte(`{"metadata":{"annotations":[1]},"spec":null,"status":"x"}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		facts := middle()
		readable := true
		for name, document := range map[string][]byte{"k8s-cluster1": first, "k8s-cluster3": second} {
			var decoded map[string]any
			if json.Unmarshal(document, &decoded) != nil || decoded == nil {
				return // not an object
			}
			in(name, func(o *gate.Other) { o.Cluster = gate.SightOf(decoded) })(&facts)
			readable = readable && plainlyReady(decoded)
		}
		verdict := gate.Decide(facts)
		if verdict.Open && !readable {
			t.Errorf("opened on %s and %s", first, second)
		}
		if diff := cmp.Diff(verdict, gate.Decide(facts)); diff != "" {
			t.Errorf("two verdicts on the same facts:\n%s", diff)
		}
	})
}

// plainlyReady reads what readiness cannot do without, in another way.
func plainlyReady(object map[string]any) bool {
	encoded, err := json.Marshal(object)
	if err != nil {
		return false
	}
	var plain struct {
		Metadata struct {
			DeletionTimestamp any            `json:"deletionTimestamp"`
			Annotations       map[string]any `json:"annotations"`
		} `json:"metadata"`
		Spec   map[string]any `json:"spec"`
		Status struct {
			Phase  string `json:"phase"`
			Action string `json:"lastClusterActionStatus"`
		} `json:"status"`
	}
	if json.Unmarshal(encoded, &plain) != nil || plain.Metadata.DeletionTimestamp != nil || plain.Spec == nil {
		return false
	}
	applied, _ := plain.Metadata.Annotations["cassandraclusters.db.orange.com/last-applied-configuration"].(string)
	return applied != "" && plain.Status.Phase == "Running" && plain.Status.Action == "Done"
}
