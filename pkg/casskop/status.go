package casskop

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Phases of a cluster and of a rack. A phase alone does not tell that nothing is going on: it stays Running during most
// actions, so the status of the last action must be read with it.
const (
	// PhaseInitializing is the phase of what was never up yet.
	PhaseInitializing = "Initializing"
	// PhaseRunning is the phase of what has all its pods, and of most of what is being changed.
	PhaseRunning = "Running"
	// PhasePending is the phase of what was up and now lacks ready pods, or is to be scaled down.
	PhasePending = "Pending"
)

// Names of actions, in lastClusterAction and in the last action of a rack.
const (
	// ActionInitializing is the first start of a cluster or rack.
	ActionInitializing = "Initializing"
	// ActionUpdateConfigMap is the switch to another ConfigMap.
	ActionUpdateConfigMap = "UpdateConfigMap"
	// ActionUpdateDockerImage is the switch to another Cassandra or bootstrap image.
	ActionUpdateDockerImage = "UpdateDockerImage"
	// ActionUpdateSeedList is a change of the seeds, which restarts all pods in turn.
	ActionUpdateSeedList = "UpdateSeedList"
	// ActionRollingRestart is a restart of all pods of a rack in turn, as asked for.
	ActionRollingRestart = "RollingRestart"
	// ActionUpdateResources is a change of requests or limits.
	ActionUpdateResources = "UpdateResources"
	// ActionUpdateStatefulSet is any other change of the StatefulSet.
	ActionUpdateStatefulSet = "UpdateStatefulSet"
	// ActionScaleUp adds nodes to a rack.
	ActionScaleUp = "ScaleUp"
	// ActionScaleDown decommissions nodes of a rack.
	ActionScaleDown = "ScaleDown"
	// ActionDeleteDC removes a datacenter.
	ActionDeleteDC = "ActionDeleteDC"
	// ActionDeleteRack removes a rack.
	ActionDeleteRack = "ActionDeleteRack"
	// ActionCorrectCRDConfig tells that CassKop refused a change and put the old value back into spec.
	ActionCorrectCRDConfig = "CorrectCRDConfig"
)

// Statuses of actions and of operations on pods.
const (
	// StatusToDo is decided on and not begun.
	StatusToDo = "ToDo"
	// StatusConfiguring waits until all racks know of the change; the action begins after that.
	StatusConfiguring = "Configuring"
	// StatusOngoing is under way.
	StatusOngoing = "Ongoing"
	// StatusFinalizing is under way, with only the tidying up left.
	StatusFinalizing = "Finalizing"
	// StatusContinue has done one step of several, such as one node of a scale-down.
	StatusContinue = "Continue"
	// StatusManual waits for a human to start it.
	StatusManual = "Manual"
	// StatusError has failed.
	StatusError = "Error"
	// StatusDone is over.
	StatusDone = "Done"
)

// CassandraClusterStatus is what CassKop says about the whole CassandraCluster. Absent fields mean that it did not say yet.
type CassandraClusterStatus struct {
	// Phase is one of the Phase constants. Default: Initializing (CassKop 2.1.0 SetDefaults, the same in 1.1.5).
	Phase string `json:"phase,omitempty"`
	// LastClusterAction is the action begun last, one of the Action constants. No default.
	LastClusterAction string `json:"lastClusterAction,omitempty"`
	// LastClusterActionStatus is how far that action is, one of the Status constants. No default.
	LastClusterActionStatus string `json:"lastClusterActionStatus,omitempty"`
	// SeedList are the host names of the seeds, in the order given to Cassandra. CassKop takes it as found at first sight,
	// which makes it the one input in status; if absent it fills in pods of its own cluster alone (CassKop 2.1.0 SetDefaults, the
	// same in 1.1.5).
	SeedList []string `json:"seedlist,omitempty"`
	// CassandraNodesStatus is what CassKop knows of each Cassandra node, by pod name. No default.
	CassandraNodesStatus map[string]CassandraNodeStatus `json:"cassandraNodeStatus,omitempty"`
	// CassandraRackStatus is the state of each rack, by `<dc>-<rack>`. Default: Initializing for each rack (CassKop 2.1.0
	// SetDefaults, the same in 1.1.5).
	CassandraRackStatus map[string]*CassandraRackStatus `json:"cassandraRackStatus,omitempty"`
}

// CassandraRackStatus is what CassKop says about one rack.
type CassandraRackStatus struct {
	// Phase is one of the Phase constants. No default.
	Phase string `json:"phase,omitempty"`
	// CassandraLastAction is the action begun last on the rack.
	CassandraLastAction CassandraLastAction `json:"cassandraLastAction,omitempty"`
	// PodLastOperation is the operation begun last on pods of the rack.
	PodLastOperation PodLastOperation `json:"podLastOperation,omitempty"`
}

// CassandraLastAction is an action on a rack: a change of its StatefulSet.
type CassandraLastAction struct {
	// Status is how far it is, one of the Status constants. No default.
	Status string `json:"status,omitempty"`
	// Name is what is done, one of the Action constants. No default.
	Name string `json:"name,omitempty"`
	// StartTime is when it began, to the second; absent until then.
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// EndTime is when it ended, to the second; absent until then.
	EndTime *metav1.Time `json:"endTime,omitempty"`
	// UpdatedNodes are the names of pods that have the change. CassKop 1.1.5 never sets it.
	UpdatedNodes []string `json:"updatedNodes,omitempty"`
}

// PodLastOperation is an operation on pods of a rack, such as cleanup, decommission or rebuild, started by labels on them.
type PodLastOperation struct {
	// Name is what is done, in lower case. No default.
	Name string `json:"name,omitempty"`
	// Status is how far it is, one of the Status constants. No default.
	Status string `json:"status,omitempty"`
	// StartTime is when it began, to the second; absent until then.
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// EndTime is when it ended, to the second; absent until then.
	EndTime *metav1.Time `json:"endTime,omitempty"`
	// Pods are the names of the pods at work. No default.
	Pods []string `json:"pods,omitempty"`
	// PodsOK are the names of the pods that are through. No default.
	PodsOK []string `json:"podsOK,omitempty"`
	// PodsKO are the names of the pods where it failed. No default.
	PodsKO []string `json:"podsKO,omitempty"`
	// OperatorName is the pod name of the CassKop that started it: another one knows by it that the operation was orphaned.
	// No default.
	OperatorName string `json:"operatorName,omitempty"`
}

// CassandraNodeStatus is how Cassandra knows a pod; CassKop finds swapped addresses by it.
type CassandraNodeStatus struct {
	// HostID is Cassandra's host id, a UUID. No default.
	HostID string `json:"hostId,omitempty"`
	// NodeIP is the address of the pod when last seen ready. No default.
	NodeIP string `json:"nodeIp,omitempty"`
}
