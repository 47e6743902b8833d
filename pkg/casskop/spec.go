package casskop

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
)

// CassandraClusterSpec is the wanted state of a CassandraCluster. Where a default is said to be of CheckDefaults or
// SetDefaults (both functions of CassKop), CassKop writes it into the live object at its first reconcile; one of the CRD is
// filled in by the API server. "No default" means that CassKop does without.
type CassandraClusterSpec struct {
	// NodesPerRacks is the number of Cassandra nodes in each rack of the datacenters that set none of their own.
	// Default: 1, for 0 as well (CassKop 2.1.0 SetDefaults, the same in 1.1.5).
	NodesPerRacks int32 `json:"nodesPerRacks,omitempty"`
	// CassandraImage is the image, with tag, of Cassandra. Default: cassandra:3.11.10 (CassKop 2.1.0 CheckDefaults),
	// cassandra:3.11 (CassKop 1.1.5 CheckDefaults).
	CassandraImage string `json:"cassandraImage,omitempty"`
	// ImagePullPolicy is when to pull CassKop's images, those of the init containers included; its JSON name is all lower
	// case. Default: Always (CassKop 2.1.0 CheckDefaults, the same in 1.1.5).
	ImagePullPolicy corev1.PullPolicy `json:"imagepullpolicy,omitempty"`
	// BootstrapImage is the image of the init container that adapts the configuration and picks the seeds. Default:
	// orangeopensource/cassandra-bootstrap:0.1.9 (CassKop 2.1.0 CheckDefaults), 0.1.8 (CassKop 1.1.5 CheckDefaults).
	BootstrapImage string `json:"bootstrapImage,omitempty"`
	// ConfigBuilderImage is the image of the init container that turns config into Cassandra's files.
	// Default: datastax/cass-config-builder:1.0.4 (CassKop 2.1.0 CheckDefaults).
	ConfigBuilderImage string `json:"configBuilderImage,omitempty" api:"v2"`
	// RunAsUser is the numeric user id of all containers of a pod; at least 1. Default: 999 (CRD default).
	RunAsUser int64 `json:"runAsUser,omitempty"`
	// FSGroup is the numeric group id that owns the pod's volumes; at least 1. Default: 1 (CRD default).
	FSGroup int64 `json:"fsGroup,omitempty"`
	// ReadOnlyRootFilesystem makes the root file system of the Cassandra container read-only.
	// Default: true (CassKop 2.1.0 CheckDefaults, the same in 1.1.5).
	ReadOnlyRootFilesystem *bool `json:"readOnlyRootFilesystem,omitempty"`
	// Resources are requests and limits of the Cassandra container where the datacenter sets none. The memory limit decides
	// on the heap. Default: limits are those requested (CassKop 2.1.0 SetDefaults, the same in 1.1.5).
	Resources corev1.ResourceRequirements `json:"resources,omitempty"`
	// HardAntiAffinity forbids two Cassandra pods of this cluster on one Kubernetes node. Default: false, which only
	// prefers it so.
	HardAntiAffinity bool `json:"hardAntiAffinity,omitempty"`
	// Pod is what to add to each pod. No default.
	Pod *PodPolicy `json:"pod,omitempty"`
	// Service is what to add to the headless service. No default.
	Service *ServicePolicy `json:"service,omitempty"`
	// DeletePVC deletes the data volumes together with the CassandraCluster. Default: false, they stay.
	DeletePVC bool `json:"deletePVC,omitempty"`
	// Debug keeps the Cassandra container waiting instead of starting Cassandra, so that one can look around in it.
	// Default: false.
	Debug bool `json:"debug,omitempty"`
	// AutoPilot lets CassKop run clean-ups after scaling and the like by itself. Default: false: it marks the pods, and a
	// human starts the operation.
	AutoPilot bool `json:"autoPilot,omitempty"`
	// NoCheckStsAreEqual makes CassKop update StatefulSets without looking whether they differ. Default: false.
	NoCheckStsAreEqual bool `json:"noCheckStsAreEqual,omitempty"`
	// AutoUpdateSeedList lets CassKop recompute the seeds when the topology changes, from the pods of its own cluster alone,
	// which is wrong for a ring over several. Default: false.
	AutoUpdateSeedList bool `json:"autoUpdateSeedList,omitempty"`
	// MaxPodUnavailable is the number of Cassandra pods, of all racks together, that may be down for voluntary reasons.
	// Default: 1, for 0 as well (CassKop 2.1.0 SetDefaults, the same in 1.1.5).
	MaxPodUnavailable int32 `json:"maxPodUnavailable,omitempty"`
	// RestartCountBeforePodDeletion is the number of restarts of a Cassandra container after which CassKop deletes its pod,
	// if the pod got the address of another node. Default: 0, never.
	RestartCountBeforePodDeletion int32 `json:"restartCountBeforePodDeletion,omitempty"`
	// UnlockNextOperation lets CassKop go on although an action hangs. CassKop clears it, so it does not belong in git.
	// Default: false.
	UnlockNextOperation bool `json:"unlockNextOperation,omitempty"`
	// DataCapacity is the size of each node's data volume where the datacenter sets none, a Kubernetes quantity such as
	// 500Gi. Default: empty, no volume, and data is lost with the pod. CassKop reverts changes.
	DataCapacity string `json:"dataCapacity,omitempty"`
	// DataStorageClass is the storage class of each node's data volume where the datacenter sets none. Default: empty, the
	// default class of the Kubernetes cluster. CassKop reverts changes.
	DataStorageClass string `json:"dataStorageClass,omitempty"`
	// StorageConfigs are further volumes of the Cassandra container. CassKop 1.1.5 claims them only beside a data volume.
	// No default.
	StorageConfigs []StorageConfig `json:"storageConfigs,omitempty"`
	// SidecarConfigs are further containers of each pod. They get the environment of the bootstrap container. No default.
	SidecarConfigs []corev1.Container `json:"sidecarConfigs,omitempty"`
	// ConfigMapName names a ConfigMap with Cassandra's configuration files, in the same namespace. Default: those of the
	// image, or of config in v2.
	ConfigMapName string `json:"configMapName,omitempty"`
	// ServerVersion is the version of Cassandra or DSE that config is built for. Default: taken from the tag of
	// cassandraImage (CassKop 2.x, for the pods, not written back).
	ServerVersion string `json:"serverVersion,omitempty" api:"v2"`
	// ServerType is the product that config is built for: cassandra or dse. Default: cassandra (CRD default).
	ServerType string `json:"serverType,omitempty" api:"v2"`
	// Config is Cassandra's configuration, a JSON object per file (cassandra-yaml, jvm-options, …). A MultiCasskop's override
	// replaces it whole. Default: CassKop's few settings for time-outs, log and heap.
	Config json.RawMessage `json:"config,omitempty" api:"v2"`
	// ImagePullSecret names the Secret, in the same namespace, to log in to registries with. Default: none.
	ImagePullSecret corev1.LocalObjectReference `json:"imagePullSecret,omitempty"`
	// ImageJolokiaSecret names the Secret, in the same namespace, with username and password of Jolokia. Default: none,
	// Jolokia asks for no login.
	ImageJolokiaSecret corev1.LocalObjectReference `json:"imageJolokiaSecret,omitempty"`
	// Topology is the datacenters and racks. Default: see Topology.
	Topology Topology `json:"topology,omitempty"`

	// LivenessInitialDelaySeconds is the time until the first liveness probe of the Cassandra container, in seconds.
	// Default: 120 (CassKop 2.1.0 CheckDefaults, the same in 1.1.5).
	LivenessInitialDelaySeconds *int32 `json:"livenessInitialDelaySeconds,omitempty"`
	// LivenessHealthCheckTimeout is how long a liveness probe may take, in seconds.
	// Default: 20 (CassKop 2.1.0 CheckDefaults, the same in 1.1.5).
	LivenessHealthCheckTimeout *int32 `json:"livenessHealthCheckTimeout,omitempty"`
	// LivenessHealthCheckPeriod is the time between liveness probes, in seconds.
	// Default: 10 (CassKop 2.1.0 CheckDefaults, the same in 1.1.5).
	LivenessHealthCheckPeriod *int32 `json:"livenessHealthCheckPeriod,omitempty"`
	// LivenessFailureThreshold is the number of failed liveness probes in a row that restart the container.
	// Default: 3 (Kubernetes, for the pods).
	LivenessFailureThreshold *int32 `json:"livenessFailureThreshold,omitempty"`
	// LivenessSuccessThreshold is the number of good liveness probes in a row after a failed one; Kubernetes takes only 1.
	// Default: 1 (Kubernetes, for the pods).
	LivenessSuccessThreshold *int32 `json:"livenessSuccessThreshold,omitempty"`
	// ReadinessInitialDelaySeconds is the time until the first readiness probe of the Cassandra container, in seconds.
	// Default: 60 (CassKop 2.1.0 CheckDefaults, the same in 1.1.5).
	ReadinessInitialDelaySeconds *int32 `json:"readinessInitialDelaySeconds,omitempty"`
	// ReadinessHealthCheckTimeout is how long a readiness probe may take, in seconds.
	// Default: 10 (CassKop 2.1.0 CheckDefaults, the same in 1.1.5).
	ReadinessHealthCheckTimeout *int32 `json:"readinessHealthCheckTimeout,omitempty"`
	// ReadinessHealthCheckPeriod is the time between readiness probes, in seconds.
	// Default: 10 (CassKop 2.1.0 CheckDefaults, the same in 1.1.5).
	ReadinessHealthCheckPeriod *int32 `json:"readinessHealthCheckPeriod,omitempty"`
	// ReadinessFailureThreshold is the number of failed readiness probes in a row that make a pod not ready.
	// Default: 3 (Kubernetes, for the pods).
	ReadinessFailureThreshold *int32 `json:"readinessFailureThreshold,omitempty"`
	// ReadinessSuccessThreshold is the number of good readiness probes in a row that make a pod ready again.
	// Default: 1 (Kubernetes, for the pods).
	ReadinessSuccessThreshold *int32 `json:"readinessSuccessThreshold,omitempty"`

	// ShareProcessNamespace lets the containers of a pod see each other's processes. Default: false (Kubernetes, for the pods).
	ShareProcessNamespace *bool `json:"shareProcessNamespace,omitempty"`
	// BackRestSidecar is the container that backs up and restores. Default: one with the default image (CassKop 2.1.0
	// CheckDefaults, the same in 1.1.5): it is always there.
	BackRestSidecar *BackRestSidecar `json:"backRestSidecar,omitempty"`
	// ServiceAccountName is the ServiceAccount of the pods.
	// Default: cassandra-cluster-node (CassKop 2.1.0 CheckDefaults, the same in 1.1.5).
	ServiceAccountName string `json:"serviceAccountName,omitempty"`

	// InitContainerImage is meant as the image of the first init container, but CassKop 1.1.5 runs cassandraImage there
	// whatever it says. Default: cassandraImage (CassKop 1.1.5 CheckDefaults).
	InitContainerImage string `json:"initContainerImage,omitempty" api:"v1alpha1"`
	// InitContainerCmd is the shell command of the first init container, which is to leave Cassandra's configuration files
	// in /bootstrap. Default: cp -vr /etc/cassandra/* /bootstrap (CassKop 1.1.5 CheckDefaults).
	InitContainerCmd string `json:"initContainerCmd,omitempty" api:"v1alpha1"`
	// GCStdout sends the log of Java's garbage collector to standard output. Default: false, although CassKop 1.1.5 documents
	// true: nothing sets it.
	GCStdout bool `json:"gcStdout,omitempty" api:"v1alpha1"`
}

// PodPolicy is what CassKop adds to each pod of the cluster.
type PodPolicy struct {
	// Annotations are added to the pods. No default.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Tolerations are the taints of Kubernetes nodes that the pods put up with. No default.
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`
}

// ServicePolicy is what CassKop adds to the headless service of the cluster.
type ServicePolicy struct {
	// Annotations are added to the service, such as [AnnotationHostname]. No default.
	Annotations map[string]string `json:"annotations,omitempty"`
}

// BackRestSidecar is the container beside each Cassandra container that backs up and restores.
type BackRestSidecar struct {
	// Image is the image, with tag. Default: gcr.io/cassandra-operator/instaclustr-icarus:1.1.0 (CassKop 2.1.0 CheckDefaults);
	// CassKop 1.1.5 CheckDefaults gives the same image, but only when the whole of backRestSidecar is absent.
	Image string `json:"image,omitempty"`
	// ImagePullPolicy is when to pull Image. Default: Kubernetes' rule (IfNotPresent, Always for the tag latest).
	ImagePullPolicy corev1.PullPolicy `json:"imagePullPolicy,omitempty"`
	// Resources are requests and limits of the container. Default: 0.5 CPU and 1Gi of memory for both (CassKop 1.1.5, for the
	// pods, not written back).
	Resources *corev1.ResourceRequirements `json:"resources,omitempty"`
	// VolumeMounts are further volumes of the pod to mount; the JSON name is in the singular. No default.
	VolumeMounts []corev1.VolumeMount `json:"volumeMount,omitempty" api:"v2"`
}

// StorageConfig is one further volume of each Cassandra container. All its fields are always written.
type StorageConfig struct {
	// MountPath is where the volume is mounted in the Cassandra container. No default.
	MountPath string `json:"mountPath"`
	// Name names the volume, and begins the name of each node's claim. No default.
	Name string `json:"name"`
	// PVCSpec is the claim that each node gets. No default: without it CassKop cannot create the StatefulSet.
	PVCSpec *corev1.PersistentVolumeClaimSpec `json:"pvcSpec"`
}
