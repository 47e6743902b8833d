package casskop

import (
	"encoding/json"
	"testing"
)

// readyObject is what the API server returns for a CassandraCluster of two datacenters with nothing amiss.
const readyObject = `{
	"metadata": {"name": "ring", "uid": "u", "generation": 3, "annotations": {
		"cassandraclusters.db.orange.com/last-applied-configuration":
			"{\"spec\":{\"nodesPerRacks\":1.0,\"topology\":{\"dc\":[{\"name\":\"dc1\",\"rack\":[{\"name\":\"a\"}],\"resources\":{}},{\"name\":\"dc2\"}]}}}"}},
	"spec": {"topology": {"dc": [{"name": "dc1", "rack": [{"name": "a"}], "resources": {}}, {"name": "dc2"}]}, "nodesPerRacks": 1},
	"status": {"phase": "Running", "lastClusterAction": "ScaleUp", "lastClusterActionStatus": "Done", "cassandraRackStatus": {
		"dc1-a": {"phase": "Running", "cassandraLastAction": {"name": "ScaleUp", "status": "Done"}},
		"dc2-rack1": {"phase": "Running", "cassandraLastAction": {"name": "ScaleUp", "status": "Done"}}}}}`

func object(t *testing.T, document string) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(document), &object); err != nil {
		t.Fatal(err)
	}
	return object
}

// set puts a value at the end of a path.
func set(object map[string]any, value any, path ...string) {
	for _, key := range path[:len(path)-1] {
		object = object[key].(map[string]any)
	}
	object[path[len(path)-1]] = value
}

func TestReadiness(t *testing.T) {
	for name, test := range map[string]struct {
		value any
		path  []string
		want  string
	}{
		"nothing amiss": {"u", []string{"metadata", "uid"}, ReasonReady},
		"a number of another Go type is the same":     {int64(1), []string{"spec", "nodesPerRacks"}, ReasonReady},
		"a field of the spec has changed":             {2.0, []string{"spec", "nodesPerRacks"}, ReasonNotTakenIn},
		"a field came to the spec":                    {true, []string{"spec", "debug"}, ReasonNotTakenIn},
		"CassKop has never seen it":                   {map[string]any{}, []string{"metadata", "annotations"}, ReasonNotTakenIn},
		"last-applied is garbage":                     {"{", []string{"metadata", "annotations", AnnotationLastApplied}, ReasonUnreadable},
		"last-applied is followed by garbage":         {"{}{}", []string{"metadata", "annotations", AnnotationLastApplied}, ReasonUnreadable},
		"last-applied has no spec":                    {"{}", []string{"metadata", "annotations", AnnotationLastApplied}, ReasonNotTakenIn},
		"last-applied is null":                        {"null", []string{"metadata", "annotations", AnnotationLastApplied}, ReasonNotTakenIn},
		"annotations are a list":                      {[]any{}, []string{"metadata", "annotations"}, ReasonUnreadable},
		"metadata is a string":                        {"x", []string{"metadata"}, ReasonUnreadable},
		"spec is missing":                             {nil, []string{"spec"}, ReasonUnreadable},
		"status is missing":                           {nil, []string{"status"}, ReasonNotRunning},
		"status is a list":                            {[]any{}, []string{"status"}, ReasonUnreadable},
		"it is being deleted":                         {"2026-11-01T00:00:00Z", []string{"metadata", "deletionTimestamp"}, ReasonDeleting},
		"CassKop refused a change":                    {"CorrectCRDConfig", []string{"status", "lastClusterAction"}, ReasonCorrected},
		"it is Initializing":                          {"Initializing", []string{"status", "phase"}, ReasonNotRunning},
		"phase is a number":                           {1.0, []string{"status", "phase"}, ReasonUnreadable},
		"an action is under way":                      {"Ongoing", []string{"status", "lastClusterActionStatus"}, ReasonActionNotDone},
		"racks are a list":                            {[]any{}, []string{"status", "cassandraRackStatus"}, ReasonUnreadable},
		"a rack is missing in status":                 {nil, []string{"status", "cassandraRackStatus", "dc1-a"}, ReasonRackMissing},
		"the rack that CassKop adds by itself counts": {nil, []string{"status", "cassandraRackStatus", "dc2-rack1"}, ReasonRackMissing},
		"a rack is a string":                          {"x", []string{"status", "cassandraRackStatus", "dc1-a"}, ReasonUnreadable},
		"a rack is Pending":                           {"Pending", []string{"status", "cassandraRackStatus", "dc1-a", "phase"}, ReasonRackNotRunning},
		"a rack is at work":                           {"Finalizing", []string{"status", "cassandraRackStatus", "dc1-a", "cassandraLastAction", "status"}, ReasonRackActionNotDone},
		"the last action of a rack is a string":       {"x", []string{"status", "cassandraRackStatus", "dc1-a", "cassandraLastAction"}, ReasonUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			o := object(t, readyObject)
			set(o, test.value, test.path...)
			got := ReadinessOf(o)
			if got.Reason != test.want || got.Ready != (test.want == ReasonReady) || got.Stalled != (test.want == ReasonCorrected) || got.Message == "" {
				t.Errorf("want %s, got %+v", test.want, got)
			}
		})
	}
}

func TestATopologyThatIsNoTopologyIsUnreadable(t *testing.T) {
	o := object(t, readyObject)
	set(o, map[string]any{"dc": "x"}, "spec", "topology")
	set(o, `{"spec":{"topology":{"dc":"x"},"nodesPerRacks":1}}`, "metadata", "annotations", AnnotationLastApplied)
	if got := ReadinessOf(o); got.Reason != ReasonUnreadable {
		t.Errorf("got %+v", got)
	}
}

func TestNumbersAreComparedAsJSONNumbers(t *testing.T) {
	for name, test := range map[string]struct {
		a, b any
		want bool
	}{
		"1 and 1.0":                         {int64(1), json.Number("1.0"), true},
		"1 and 1e0":                         {1.0, json.Number("1e0"), true},
		"0.5 and 0.50":                      {0.5, json.Number("0.50"), true},
		"1 and \"1\"":                       {int64(1), "1", false},
		"2^53 and 2^53+1":                   {int64(1 << 53), json.Number("9007199254740993"), false},
		"a float that may have lost digits": {float64(1 << 53), json.Number("9007199254740993"), false},
		"what is too large for any number":  {json.Number("1e999999999"), json.Number("1e999999999"), false},
		"true and 1":                        {true, json.Number("1"), false},
		"null and nothing":                  {map[string]any{"a": nil}, map[string]any{}, false},
		"lists of another order":            {[]any{"a", "b"}, []any{"b", "a"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sameJSON(test.a, test.b); got != test.want {
				t.Errorf("want %v, got %v", test.want, got)
			}
		})
	}
}

func FuzzReadinessIsTotal(f *testing.F) {
	f.Add([]byte(readyObject))
	f.Add([]byte(`{"spec":{"topology":{"dc":[1]}},"status":{"cassandraRackStatus":{"":null}}}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		var object map[string]any
		if json.Unmarshal(document, &object) != nil {
			return // not an object
		}
		if got := ReadinessOf(object); got.Reason == "" || got.Message == "" || got.Ready != (got.Reason == ReasonReady) {
			t.Errorf("got %+v", got)
		}
	})
}
