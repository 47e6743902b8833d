package casskop

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNodesOf(t *testing.T) {
	const topology = `"topology": {"dc": [{"name": "dc1", "nodesPerRacks": 3, "rack": [{"name": "a"}, {"name": "b"}]}, {"name": "dc2"}]}`
	const running = `{"phase": "Running", "cassandraLastAction": {"status": "Done"}}`
	for name, tt := range map[string]struct {
		object string
		want   [2]int
	}{
		"no status":                   {`{"spec": {` + topology + `, "nodesPerRacks": 2}}`, [2]int{0, 8}},
		"one rack is ready":           {`{"spec": {` + topology + `}, "status": {"cassandraRackStatus": {"dc1-b": ` + running + `}}}`, [2]int{3, 7}},
		"a rack that is being rolled": {`{"spec": {` + topology + `}, "status": {"cassandraRackStatus": {"dc1-b": {"phase": "Running", "cassandraLastAction": {"status": "Ongoing"}}}}}`, [2]int{0, 7}},
		"no topology":                 {`{"spec": {"nodesPerRacks": 4}, "status": {"cassandraRackStatus": {"dc1-rack1": ` + running + `}}}`, [2]int{4, 4}},
		"a datacenter on its way out": {`{"spec": {"topology": {"dc": [{"name": "dc1", "nodesPerRacks": 0}]}}}`, [2]int{0, 0}},
		"a number that is none":       {`{"spec": {"nodesPerRacks": "x"}}`, [2]int{0, 1}},
		"a topology that is none":     {`{"spec": {"topology": 3}}`, [2]int{0, 0}},
		"nothing":                     {`{}`, [2]int{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			object, err := decode(tt.object)
			if err != nil {
				t.Fatal(err)
			}
			ready, wanted := NodesOf(object)
			if diff := cmp.Diff(tt.want, [2]int{ready, wanted}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
