package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// KindGate is the kind of a Gate.
const KindGate = "Gate"

// Versions of the CassandraCluster API that a gate can hold and watch.
const (
	// CassandraV1alpha1 is the API of CassKop 1.x.
	CassandraV1alpha1 = "db.orange.com/v1alpha1"

	// CassandraV2 is the API of CassKop 2.x.
	CassandraV2 = "db.orange.com/v2"
)

// Serialize says which other clusters a gate asks before it opens.
//
// +kubebuilder:validation:Enum=Ring;Chain
type Serialize string

const (
	// SerializeRing asks every other cluster: at most one datacenter of the ring is rolled at any time, under overlapping commits
	// too. It needs a Secret for each other cluster.
	SerializeRing Serialize = "Ring"

	// SerializeChain asks the previous cluster alone. It needs one Secret, and two overlapping commits may roll two clusters at once.
	SerializeChain Serialize = "Chain"
)

// SeedPolicy says what follows when no seed answers while a CassandraCluster is about to be created beside datacenters that exist.
//
// +kubebuilder:validation:Enum=Require;Warn;Off
type SeedPolicy string

const (
	// SeedPolicyRequire holds the gate until a seed answers.
	SeedPolicyRequire SeedPolicy = "Require"

	// SeedPolicyWarn asks the seeds, reports the result, and does not hold.
	SeedPolicyWarn SeedPolicy = "Warn"

	// SeedPolicyOff does not ask the seeds.
	SeedPolicyOff SeedPolicy = "Off"
)

// Gate holds the CassandraCluster of the same name and namespace back from a new revision until the other clusters of its ring
// allow it. It is ready when it is open for spec.revision.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Namespaced
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Waiting For",type=string,JSONPath=`.status.waitFor[?(@.holds==true)].cluster`
// +kubebuilder:printcolumn:name="Phase",type=string,JSONPath=`.status.waitFor[?(@.holds==true)].phase`
// +kubebuilder:printcolumn:name="Revision",type=string,JSONPath=`.spec.revision`
// +kubebuilder:printcolumn:name="State Age",type=date,JSONPath=`.status.conditions[?(@.type=="Ready")].lastTransitionTime`,description="Time since the gate was last opened or closed."
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
type Gate struct {
	metav1.TypeMeta `json:",inline"`

	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is what is to be let through, and on which terms.
	// +required
	Spec GateSpec `json:"spec"`

	// Status is what the gate found, and whether it is open. The default says that nobody has looked at this Gate yet: such a
	// Gate is not healthy.
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status GateStatus `json:"status,omitempty"`
}

// GateList is a list of Gates.
//
// +kubebuilder:object:root=true
type GateList struct {
	metav1.TypeMeta `json:",inline"`

	// +optional
	metav1.ListMeta `json:"metadata,omitempty"`

	// Items are the Gates.
	Items []Gate `json:"items"`
}

// GateSpec says what is to be let through, and on which terms.
//
// +kubebuilder:validation:XValidation:rule="self.serialize != 'Chain' || !has(self.waitFor) || self.waitFor.size() <= 1",fieldPath=".waitFor",message="Chain waits for the previous cluster alone: one entry at most"
type GateSpec struct {
	// Revision is the revision of the ring that wants to be applied here: 8 to 64 lower-case hexadecimal digits.
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:Pattern=`^[0-9a-f]{8,64}$`
	// +required
	Revision string `json:"revision"`

	// APIVersion is the API version of the CassandraCluster held here.
	// +kubebuilder:validation:Enum=db.orange.com/v1alpha1;db.orange.com/v2
	// +required
	APIVersion string `json:"apiVersion"`

	// Serialize says which other clusters are asked: Ring asks every one, Chain the previous one alone. Default: Ring.
	// +kubebuilder:default=Ring
	// +optional
	Serialize Serialize `json:"serialize,omitempty"`

	// WaitFor are the clusters that are asked, in the order of the rollout: with Ring every other cluster of the ring, with Chain
	// the previous one. Empty: none is asked.
	// +kubebuilder:validation:MaxItems=64
	// +listType=map
	// +listMapKey=cluster
	// +optional
	WaitFor []WaitFor `json:"waitFor,omitempty"`

	// StableFor is how long each CassandraCluster waited for must have been ready without a break, as a duration such as 90s or
	// 1m30s. Default: 60s.
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+([.][0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('0s')",message="must be a duration of zero or more, such as 60s or 1m30s"
	// +kubebuilder:default="60s"
	// +optional
	StableFor *metav1.Duration `json:"stableFor,omitempty"`

	// Seeds says which seeds must answer before a CassandraCluster is created beside datacenters that exist. Default: no hosts,
	// port 8778, policy Require.
	// +kubebuilder:default={}
	// +optional
	Seeds Seeds `json:"seeds,omitzero"`

	// Hold keeps the gate closed for a new revision whatever the other clusters say. Neither drift correction nor a gate opened
	// by hand is held by it. Default: false.
	// +optional
	Hold bool `json:"hold,omitempty"`
}

// WaitFor names the CassandraCluster of another cluster of the ring, and how to reach it. Its Gate has the same name and namespace.
type WaitFor struct {
	// Cluster is the name of the Kubernetes cluster: its key in spec.override of the MultiCasskop.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +required
	Cluster string `json:"cluster"`

	// SecretRef names the Secret, in the namespace of the Gate, with the credentials for that cluster.
	// +required
	SecretRef SecretReference `json:"secretRef"`

	// APIVersion is the API version of the CassandraCluster there.
	// +kubebuilder:validation:Enum=db.orange.com/v1alpha1;db.orange.com/v2
	// +required
	APIVersion string `json:"apiVersion"`

	// Name is the name of the CassandraCluster there.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +required
	Name string `json:"name"`

	// Namespace is the namespace of the CassandraCluster there.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +required
	Namespace string `json:"namespace"`

	// Before says that this cluster is earlier in the order of the rollout: it must already carry spec.revision. With Chain the
	// cluster waited for must carry it anyway. Default: false.
	// +optional
	Before bool `json:"before,omitempty"`
}

// SecretReference names a Secret in the namespace of the Gate.
type SecretReference struct {
	// Name is the name of the Secret.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +required
	Name string `json:"name"`
}

// Seeds says which seeds are asked, and what follows when none answers.
type Seeds struct {
	// Hosts are the seeds: host names or addresses, without a port. Empty: none can answer, so policy Require holds a
	// CassandraCluster that is to be created beside datacenters that exist.
	// +kubebuilder:validation:MaxItems=1024
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	// +listType=atomic
	// +optional
	Hosts []string `json:"hosts,omitempty"`

	// Port is the TCP port on which a seed answers: the one that CassKop's bootstrap tries. Default: 8778.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	// +kubebuilder:default=8778
	// +optional
	Port int32 `json:"port,omitempty"`

	// Policy says what follows when no seed answers: Require holds, Warn reports it, "Off" does not ask. Write "Off" in quotes:
	// the bare word is a boolean in YAML. Default: Require.
	// +kubebuilder:default=Require
	// +optional
	Policy SeedPolicy `json:"policy,omitempty"`
}

// GateStatus is what the gate found, and whether it is open.
type GateStatus struct {
	// ObservedGeneration is the generation of the spec that this status speaks of. -1: nobody has looked at this Gate yet.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Conditions are Ready, Reconciling and Stalled, as Flux means them. Ready is True when the gate is open for spec.revision.
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// OpenedRevision is the revision that the gate was last opened for. The gate is open when it equals spec.revision and
	// observedGeneration equals metadata.generation.
	// +optional
	OpenedRevision string `json:"openedRevision,omitempty"`

	// OpenedAt is when the gate opened for openedRevision.
	// +optional
	OpenedAt *metav1.Time `json:"openedAt,omitempty"`

	// HeldSince is since when the gate has held spec.revision. Absent: it holds nothing.
	// +optional
	HeldSince *metav1.Time `json:"heldSince,omitempty"`

	// WaitFor is what was last seen of each cluster in spec.waitFor, in the same order.
	// +listType=map
	// +listMapKey=cluster
	// +optional
	WaitFor []WaitForStatus `json:"waitFor,omitempty"`
}

// WaitForStatus is what was last seen of one cluster waited for.
type WaitForStatus struct {
	// Cluster is the name of the cluster, as in spec.waitFor.
	// +required
	Cluster string `json:"cluster"`

	// Met says that this cluster does not stand in the way.
	// +required
	Met bool `json:"met"`

	// Holds marks the one cluster that the gate is held for: the one that its Ready condition speaks of. An open gate has none, whatever
	// the clusters are like.
	// +optional
	Holds bool `json:"holds,omitempty"`

	// Reason is one CamelCase word: why Met is as it is.
	// +optional
	Reason string `json:"reason,omitempty"`

	// Revision is the revision that the CassandraCluster there carries. Empty: none, or no such CassandraCluster.
	// +optional
	Revision string `json:"revision,omitempty"`

	// Wants is the revision that the Gate there wants. Empty: it was not read, or there is none.
	// +optional
	Wants string `json:"wants,omitempty"`

	// Phase is status.phase of the CassandraCluster there. Empty: not seen.
	// +optional
	Phase string `json:"phase,omitempty"`

	// LastClusterAction is status.lastClusterAction of the CassandraCluster there.
	// +optional
	LastClusterAction string `json:"lastClusterAction,omitempty"`

	// LastClusterActionStatus is status.lastClusterActionStatus of the CassandraCluster there.
	// +optional
	LastClusterActionStatus string `json:"lastClusterActionStatus,omitempty"`

	// ReadySince is since when the CassandraCluster there has been ready without a break. Absent: it is not ready.
	// +optional
	ReadySince *metav1.Time `json:"readySince,omitempty"`

	// LastSeen is when that cluster had last answered when this status was written. Absent: it never had.
	// +optional
	LastSeen *metav1.Time `json:"lastSeen,omitempty"`

	// CredentialsExpire is when the credentials for that cluster end. Absent: never, or it is not known.
	// +optional
	CredentialsExpire *metav1.Time `json:"credentialsExpire,omitempty"`
}
