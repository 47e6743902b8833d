package status

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// KindList is the kind of a [List]. Its apiVersion is that of Gates.
const KindList = "RingStatusList"

// List is what `gate status` prints with -o json and -o yaml.
type List struct {
	metav1.TypeMeta `json:",inline"`
	// Items are the rings, by namespace and name.
	Items []Ring `json:"items"`
}

// Ring is how a ring stands.
type Ring struct {
	// Name and Namespace are those of its Gates.
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	// Through says that every cluster was reached, has an open Gate, and carries the revision that its Gate wants; and that nothing is stalled.
	Through bool `json:"through"`
	// Clusters are its clusters, in the order of the rollout.
	Clusters []Cluster `json:"clusters"`
}

// Cluster is how a ring stands in one cluster.
type Cluster struct {
	// Cluster is its name in the ring or, when there is no Gate to tell it, the name that it was looked up by.
	Cluster string `json:"cluster"`
	// Context is the context of the kubeconfig, Secret the name of the Secret that it was reached with. One of them is empty.
	Context string `json:"context,omitempty"`
	Secret  string `json:"secret,omitempty"`
	// Server is the address of its API server; empty if it is not known.
	Server string `json:"server,omitempty"`
	// Reached says that it answered. Otherwise Gate and CassandraCluster hold nothing.
	Reached bool `json:"reached"`
	// Gate is the Gate there.
	Gate Gate `json:"gate"`
	// CassandraCluster is the CassandraCluster there.
	CassandraCluster CassandraCluster `json:"cassandraCluster"`
	// Problems are what is not as it should be, the worst first.
	Problems []Problem `json:"problems"`
}

// GateState is what a Gate does.
type GateState string

// States of a Gate.
const (
	// Open lets its revision through.
	Open GateState = "Open"
	// Held holds it back, and waits.
	Held GateState = "Held"
	// Stalled holds it back, and waiting does not help.
	Stalled GateState = "Stalled"
	// Missing means that there is none.
	Missing GateState = "Missing"
	// Unknown means that it was not read.
	Unknown GateState = "Unknown"
)

// Gate is how a Gate stands.
type Gate struct {
	// State is what it does.
	State GateState `json:"state"`
	// Reason and Message are why, as its Ready condition has it.
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
	// Since is since when it has been open, or not open.
	Since *metav1.Time `json:"since,omitempty"`
	// Wants is the revision that wants to be applied there.
	Wants string `json:"wants,omitempty"`
	// Hold is its spec.hold.
	Hold bool `json:"hold,omitempty"`
	// StableFor is its spec.stableFor.
	StableFor *metav1.Duration `json:"stableFor,omitempty"`
}

// CassandraCluster is how a CassandraCluster stands.
type CassandraCluster struct {
	// Exists says that it is there. Otherwise the rest holds nothing.
	Exists bool `json:"exists"`
	// Datacenters are the names of its datacenters.
	Datacenters []string `json:"datacenters,omitempty"`
	// Carries is the revision that it carries; empty: none.
	Carries string `json:"carries,omitempty"`
	// Phase, LastClusterAction and LastClusterActionStatus are those of CassKop.
	Phase                   string `json:"phase,omitempty"`
	LastClusterAction       string `json:"lastClusterAction,omitempty"`
	LastClusterActionStatus string `json:"lastClusterActionStatus,omitempty"`
	// Ready says that CassKop has taken in the live spec and is done with it in every rack. Reason and Message say why not.
	Ready   bool   `json:"ready"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
	// ReadySince is since when it has been ready without a break, as far as it was watched; absent if it is not ready.
	ReadySince *metav1.Time `json:"readySince,omitempty"`
	// NodesReady counts the nodes in racks that are Running and Done, of the NodesWanted that the spec wants.
	NodesReady  int `json:"nodesReady"`
	NodesWanted int `json:"nodesWanted"`
}

// ProblemKind is what sort of problem it is.
type ProblemKind string

// Kinds of problems.
const (
	// Unreached: the cluster did not answer, or there is no way to it.
	Unreached ProblemKind = "Unreached"
	// GateProblem: the Gate is held, stalled or missing.
	GateProblem ProblemKind = "Gate"
	// NotApplied: the Gate is open, and what it lets through was not applied yet.
	NotApplied ProblemKind = "NotApplied"
	// NotReady: the CassandraCluster is not ready. While nothing else is wrong, the ring is through with its revision even so.
	NotReady ProblemKind = "NotReady"
)

// Problem is something that is not as it should be.
type Problem struct {
	// Kind is its sort.
	Kind ProblemKind `json:"kind"`
	// Stalled says that waiting does not help.
	Stalled bool `json:"stalled,omitempty"`
	// Reason is one CamelCase word, see docs/gate.md and docs/operate.md.
	Reason string `json:"reason"`
	// Message says the same in words.
	Message string `json:"message"`
	// NextStep is what to do.
	NextStep string `json:"nextStep,omitempty"`
}
