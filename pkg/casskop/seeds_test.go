package casskop

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeedPodsFollowCassKopsRule(t *testing.T) {
	for name, test := range map[string]struct {
		spec CassandraClusterSpec
		want []string
	}{
		"no topology has the only node": {
			want: []string{"ring-dc1-rack1-0"},
		},
		"no topology and many nodes has the first three": {
			spec: CassandraClusterSpec{NodesPerRacks: 5},
			want: []string{"ring-dc1-rack1-0", "ring-dc1-rack1-1", "ring-dc1-rack1-2"},
		},
		"one rack with two nodes has both": {
			spec: spec(2, dc("dc1", nil, "a")),
			want: []string{"ring-dc1-a-0", "ring-dc1-a-1"},
		},
		"one rack with four nodes has the first three": {
			spec: spec(4, dc("dc1", nil, "a")),
			want: []string{"ring-dc1-a-0", "ring-dc1-a-1", "ring-dc1-a-2"},
		},
		"a datacenter without racks is one rack": {
			spec: spec(1, dc("dc1", new(int32(3)))),
			want: []string{"ring-dc1-rack1-0", "ring-dc1-rack1-1", "ring-dc1-rack1-2"},
		},
		"two racks with one node each have two": {
			spec: spec(1, dc("dc1", nil, "a", "b")),
			want: []string{"ring-dc1-a-0", "ring-dc1-b-0"},
		},
		"two racks with two nodes each have three": {
			spec: spec(2, dc("dc1", nil, "a", "b")),
			want: []string{"ring-dc1-a-0", "ring-dc1-a-1", "ring-dc1-b-0"},
		},
		"two racks with five nodes each have three": {
			spec: spec(5, dc("dc1", nil, "a", "b")),
			want: []string{"ring-dc1-a-0", "ring-dc1-a-1", "ring-dc1-b-0"},
		},
		"three racks have the first node of each": {
			spec: spec(3, dc("dc1", nil, "a", "b", "c")),
			want: []string{"ring-dc1-a-0", "ring-dc1-b-0", "ring-dc1-c-0"},
		},
		"four racks have the first node of the first three": {
			spec: spec(3, dc("dc1", nil, "a", "b", "c", "d")),
			want: []string{"ring-dc1-a-0", "ring-dc1-b-0", "ring-dc1-c-0"},
		},
		"each datacenter counts for itself and with its own number of nodes": {
			spec: spec(1, dc("dc1", nil, "a", "b"), dc("dc2", new(int32(2)), "a")),
			want: []string{"ring-dc1-a-0", "ring-dc1-b-0", "ring-dc2-a-0", "ring-dc2-a-1"},
		},
		"a datacenter with no nodes has no seeds": {
			spec: spec(1, dc("dc1", new(int32(0)), "a"), dc("dc2", new(int32(0)), "a", "b", "c"), dc("dc3", nil, "a")),
			want: []string{"ring-dc3-a-0"},
		},
		"zero nodes at the top means one": {
			spec: spec(0, dc("dc1", nil, "a", "b", "c")),
			want: []string{"ring-dc1-a-0", "ring-dc1-b-0", "ring-dc1-c-0"},
		},
		"a negative number of nodes has no seeds": {
			spec: spec(-1, dc("dc1", nil, "a", "b")),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, ring(test.spec).SeedPods()); diff != "" {
				t.Errorf("seeds (-want +got):\n%s", diff)
			}
		})
	}
}

func TestZoneComesFromTheHostnameAnnotation(t *testing.T) {
	annotated := func(value string) *ServicePolicy {
		return &ServicePolicy{Annotations: map[string]string{AnnotationHostname: value}}
	}
	for name, test := range map[string]struct {
		service *ServicePolicy
		want    string
	}{
		"no service":                     {nil, ""},
		"no annotations":                 {&ServicePolicy{}, ""},
		"another annotation":             {&ServicePolicy{Annotations: map[string]string{"a": "b"}}, ""},
		"a plain domain":                 {annotated("cassandra.example.com"), "cassandra.example.com"},
		"a final dot goes":               {annotated("cassandra.example.com."), "cassandra.example.com"},
		"spaces around it go":            {annotated(" cassandra.example.com.\n"), "cassandra.example.com"},
		"nothing but a dot is no domain": {annotated(" . "), ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := &CassandraCluster{Spec: CassandraClusterSpec{Service: test.service}}
			if got := c.Zone(); got != test.want {
				t.Errorf("want %q, got %q", test.want, got)
			}
		})
	}
}
