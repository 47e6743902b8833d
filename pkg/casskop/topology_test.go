package casskop

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDatacentersFollowCassKopsDefaults(t *testing.T) {
	for name, test := range map[string]struct {
		spec CassandraClusterSpec
		want []Datacenter
	}{
		"no topology is dc1 with rack1 and one node": {
			want: []Datacenter{{"dc1", []string{"rack1"}, 1}},
		},
		"no topology takes the number of nodes from the top": {
			spec: CassandraClusterSpec{NodesPerRacks: 4},
			want: []Datacenter{{"dc1", []string{"rack1"}, 4}},
		},
		"a datacenter without racks has rack1 and its own number of nodes": {
			spec: spec(0, dc("paris", new(int32(2)))),
			want: []Datacenter{{"paris", []string{"rack1"}, 2}},
		},
		"each datacenter has its own number of nodes or that of the top": {
			spec: spec(2, dc("dc1", nil, "a", "b"), dc("dc2", new(int32(5)), "a")),
			want: []Datacenter{{"dc1", []string{"a", "b"}, 2}, {"dc2", []string{"a"}, 5}},
		},
		"zero nodes at the top means one": {
			spec: spec(0, dc("dc1", nil, "a")),
			want: []Datacenter{{"dc1", []string{"a"}, 1}},
		},
		"zero nodes in a datacenter means none": {
			spec: spec(3, dc("dc1", nil, "a"), dc("dc2", new(int32(0)), "a")),
			want: []Datacenter{{"dc1", []string{"a"}, 3}, {"dc2", []string{"a"}, 0}},
		},
		"names are not made up": {
			spec: spec(1, dc("", nil, "")),
			want: []Datacenter{{"", []string{""}, 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := &CassandraCluster{Spec: test.spec}
			if diff := cmp.Diff(test.want, c.Datacenters()); diff != "" {
				t.Errorf("datacenters (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNodesCountsAllRacks(t *testing.T) {
	for name, test := range map[string]struct {
		dc   Datacenter
		want int
	}{
		"racks times nodes per rack":            {Datacenter{"dc1", []string{"a", "b", "c"}, 4}, 12},
		"no nodes":                              {Datacenter{"dc1", []string{"a", "b"}, 0}, 0},
		"a negative number of nodes is no node": {Datacenter{"dc1", []string{"a", "b"}, -1}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.dc.Nodes(); got != test.want {
				t.Errorf("want %d, got %d", test.want, got)
			}
		})
	}
}

func TestPodsAreInOrderOfDatacenterRackAndIndex(t *testing.T) {
	for name, test := range map[string]struct {
		spec CassandraClusterSpec
		want []string
	}{
		"no topology": {
			want: []string{"ring-dc1-rack1-0"},
		},
		"several datacenters and racks": {
			spec: spec(2, dc("dc1", nil, "b", "a"), dc("dc2", new(int32(1)), "r")),
			want: []string{"ring-dc1-b-0", "ring-dc1-b-1", "ring-dc1-a-0", "ring-dc1-a-1", "ring-dc2-r-0"},
		},
		"a datacenter with no nodes has no pods": {
			spec: spec(1, dc("dc1", new(int32(0)), "a", "b"), dc("dc2", nil, "a")),
			want: []string{"ring-dc2-a-0"},
		},
		"a negative number of nodes is no pod": {
			spec: spec(-2, dc("dc1", nil, "a")),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, ring(test.spec).Pods()); diff != "" {
				t.Errorf("pods (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNamesOfStatefulSetAndPod(t *testing.T) {
	if want, got := "ring-dc1-rack1", StatefulSetName("ring", "dc1", "rack1"); got != want {
		t.Errorf("stateful set: want %s, got %s", want, got)
	}
	if want, got := "ring-dc1-rack1-12", PodName("ring", "dc1", "rack1", 12); got != want {
		t.Errorf("pod: want %s, got %s", want, got)
	}
}

func TestStorageIsResolvedPerDatacenter(t *testing.T) {
	for name, test := range map[string]struct {
		dc           DC
		ask          string
		capacity     string
		storageClass string
	}{
		"a datacenter that sets nothing has the spec's":             {DC{Name: "dc1"}, "dc1", "10Gi", "slow"},
		"a datacenter that sets both has its own":                   {DC{Name: "dc1", DataCapacity: "20Gi", DataStorageClass: "fast"}, "dc1", "20Gi", "fast"},
		"a storage class without a capacity is ignored":             {DC{Name: "dc1", DataStorageClass: "fast"}, "dc1", "10Gi", "slow"},
		"a capacity without a storage class drops the spec's class": {DC{Name: "dc1", DataCapacity: "20Gi"}, "dc1", "20Gi", ""},
		"a name that is not in the topology has the spec's":         {DC{Name: "dc1", DataCapacity: "20Gi", DataStorageClass: "fast"}, "dc2", "10Gi", "slow"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &CassandraCluster{Spec: CassandraClusterSpec{
				DataCapacity: "10Gi", DataStorageClass: "slow", Topology: Topology{DC: []DC{test.dc}},
			}}
			if got := c.ConfiguredDataCapacity(test.ask); got != test.capacity {
				t.Errorf("capacity: want %q, got %q", test.capacity, got)
			}
			if got := c.DataStorageClass(test.ask); got != test.storageClass {
				t.Errorf("storage class: want %q, got %q", test.storageClass, got)
			}
		})
	}
}

func TestStorageWithoutTopologyIsTheSpecs(t *testing.T) {
	c := &CassandraCluster{Spec: CassandraClusterSpec{DataCapacity: "10Gi", DataStorageClass: "slow"}}
	if got := c.ConfiguredDataCapacity(DefaultDatacenter); got != "10Gi" {
		t.Errorf("capacity: want 10Gi, got %q", got)
	}
	if got := c.DataStorageClass(DefaultDatacenter); got != "slow" {
		t.Errorf("storage class: want slow, got %q", got)
	}
}

func ring(s CassandraClusterSpec) *CassandraCluster {
	c := &CassandraCluster{Spec: s}
	c.Name = "ring"
	return c
}

func spec(nodes int32, dcs ...DC) CassandraClusterSpec {
	return CassandraClusterSpec{NodesPerRacks: nodes, Topology: Topology{DC: dcs}}
}

func dc(name string, nodes *int32, racks ...string) DC {
	d := DC{Name: name, NodesPerRacks: nodes}
	for _, rack := range racks {
		d.Rack = append(d.Rack, Rack{Name: rack})
	}
	return d
}
