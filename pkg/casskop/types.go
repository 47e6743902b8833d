package casskop

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// Group is the API group of all of CassKop's kinds.
	Group = "db.orange.com"
	// APIVersionV1alpha1 is the apiVersion that CassKop 1.x serves, and 2.x still does.
	APIVersionV1alpha1 = "db.orange.com/v1alpha1"
	// APIVersionV2 is the apiVersion that came with CassKop 2.x.
	APIVersionV2 = "db.orange.com/v2"

	// KindCassandraCluster is the kind of the part of a ring that one Kubernetes cluster holds.
	KindCassandraCluster = "CassandraCluster"
	// KindMultiCasskop is the kind that describes a ring over several Kubernetes clusters.
	KindMultiCasskop = "MultiCasskop"

	// AnnotationLastApplied is where CassKop keeps the JSON of the object it last worked on, without annotations and status.
	// It is written together with status: when its spec equals the live spec, status was computed from that spec.
	AnnotationLastApplied = "cassandraclusters.db.orange.com/last-applied-configuration"

	// JolokiaPort is the TCP port of the HTTP bridge to JMX in each Cassandra pod. CassKop manages nodes through it, and its
	// bootstrap script takes a seed that does not answer there for dead.
	JolokiaPort = 8778

	// DefaultDatacenter is the name of the only datacenter of a spec without topology.
	DefaultDatacenter = "dc1"
	// DefaultRack is the name of the only rack of a datacenter that lists none.
	DefaultRack = "rack1"
)

// CassandraCluster is the object that CassKop turns into StatefulSets, services and disruption budgets in its own cluster.
//
// One type serves both API versions. A field that only one of them has is tagged `api:"v1alpha1"` or `api:"v2"`; a decoder
// that cares must look at the tag, encoding/json does not. Structs that are not pointers carry a plain omitempty, as in
// CassKop's own types: encoding/json ignores that option on a struct, so they are written as {} even when empty, and that
// is what CassKop writes back to the API server. Pointers keep an explicit false or 0; other zero values vanish.
type CassandraCluster struct {
	metav1.TypeMeta `json:",inline"`
	// ObjectMeta is the standard metadata. The name names the Cassandra cluster too, and is the prefix of every pod.
	metav1.ObjectMeta `json:"metadata"`

	// Spec is what is wanted. CassKop writes to it as well: defaults, reverted changes and cleared one-shot flags.
	Spec CassandraClusterSpec `json:"spec,omitempty"`
	// Status is what CassKop found and did. There is no status subresource: it is written with the whole object.
	Status CassandraClusterStatus `json:"status,omitempty"`
}

// Topology is the list of datacenters of a CassandraCluster.
type Topology struct {
	// DC lists the datacenters, in the order in which CassKop works on them. Default: one datacenter dc1 with one rack rack1
	// (CassKop 2.1.0 SetDefaults, the same in 1.1.5), which CassKop writes into the spec.
	DC []DC `json:"dc,omitempty"`
}

// DC is one Cassandra datacenter and where it runs.
type DC struct {
	// Name is the Cassandra datacenter name, and part of the names of StatefulSets and pods. It holds no dash. No default.
	Name string `json:"name,omitempty"`
	// Labels are the labels that a Kubernetes node needs to run pods of this datacenter; those of the rack are added.
	// Default: any node.
	Labels map[string]string `json:"labels,omitempty"`
	// Config is laid over spec.config for this datacenter, key by key, when CassKop builds Cassandra's files.
	// Default: spec.config as it is.
	Config json.RawMessage `json:"config,omitempty" api:"v2"`
	// Rack lists the racks, one StatefulSet each. Default: one rack rack1 (CassKop 2.1.0 SetDefaults, the same in 1.1.5). When
	// it adds that rack, CassKop replaces the whole topology by this one datacenter, so a spec with several should list racks.
	Rack []Rack `json:"rack,omitempty"`
	// NodesPerRacks is the number of Cassandra nodes in each rack of this datacenter. An explicit 0 counts: it is the step
	// before a datacenter may be removed. Default: spec.nodesPerRacks.
	NodesPerRacks *int32 `json:"nodesPerRacks,omitempty"`
	// DataCapacity is the size of each node's data volume, a Kubernetes quantity such as 500Gi. Default: spec.dataCapacity.
	// CassKop 1.1.5 makes the claim, but mounts it only when spec.dataCapacity is set as well. CassKop reverts changes.
	DataCapacity string `json:"dataCapacity,omitempty"`
	// DataStorageClass is the storage class of each node's data volume. It counts only if this datacenter sets DataCapacity
	// too, see [CassandraCluster.DataStorageClass]. Default: spec.dataStorageClass. CassKop reverts changes.
	DataStorageClass string `json:"dataStorageClass,omitempty"`
	// Resources are requests and limits of the Cassandra container here, in whole instead of spec.resources when either
	// is set. Default: spec.resources. CassKop 1.1.5 panics when it changes.
	Resources corev1.ResourceRequirements `json:"resources,omitempty"`
	// NumTokens is the number of token ranges that each node takes. It cannot be changed on a node with data.
	// Default: 256 (CassKop 1.1.5, used for the pods but not written back); in v2 it is a matter of config.
	NumTokens *int32 `json:"numTokens,omitempty" api:"v1alpha1"`
}

// Rack is one Cassandra rack, which is one StatefulSet.
type Rack struct {
	// Name is the Cassandra rack name, and part of the names of the StatefulSet and its pods. It holds no dash. No default.
	Name string `json:"name,omitempty"`
	// Labels are the labels that a Kubernetes node needs to run pods of this rack, beside those of the datacenter.
	// Default: those of the datacenter alone.
	Labels map[string]string `json:"labels,omitempty"`
	// Config is laid over the datacenter's config for this rack, key by key. Default: the datacenter's config as it is.
	Config json.RawMessage `json:"config,omitempty" api:"v2"`
	// RollingRestart asks for one restart of the rack, pod by pod. CassKop clears it once begun, so kept in git it restarts
	// the rack for ever. Default: false.
	RollingRestart bool `json:"rollingRestart,omitempty"`
	// RollingPartition is the StatefulSet's update partition: pods with a lower index keep the old template, and while it is
	// above 0 the update does not end and the next rack is not begun. Default: 0, all pods.
	RollingPartition int32 `json:"rollingPartition,omitempty"`
}
