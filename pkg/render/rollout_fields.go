package render

import "strings"

// effect is what a changed field makes CassKop do.
type effect int

const (
	// restarts is UpdateStatefulSet: the field reaches the pod template and CassKop has no action of its own for it. It is the
	// zero value, so that a field that nobody has thought about is taken for one that restarts.
	restarts     effect = iota
	newImage            // UpdateDockerImage
	newConfigMap        // UpdateConfigMap
	newResources        // UpdateResources
	partition           // the update strategy of a StatefulSet, beside its pod template
	refused             // CorrectCRDConfig: CassKop puts the old value back
	impossible          // Kubernetes refuses what CassKop makes of it
	steers              // CassKop alone looks at it; no object of pods changes
	serviceOnly         // goes into the headless Service, which CassKop creates once
	unused              // CassKop never reads it
	metadataOnly        // stays on the CassandraCluster
	apart               // several fields make one value, which rollout_compare.go compares instead
)

// consequence is what is known about a field.
type consequence struct {
	effect effect
	note   string // to be said with it
	absent any    // what CassKop, at each reconcile, or the CRD puts in place of an absent value
}

// consequences lists every field of a CassandraCluster. A field covers what is below it. CassKop's files are those of 1.1.5 in
// pkg/controller/cassandracluster; 2.x does the same (controllers/cassandracluster). Each pass makes the StatefulSet anew from the
// whole spec (generator.go, generateCassandraStatefulSet) and writes it when it differs (statefulset.go,
// CreateOrUpdateStatefulSet), so that whatever generator.go puts into the pod template is a rolling restart.
var consequences = map[string]consequence{
	"metadata.annotations": {effect: metadataOnly}, // never passed on; last-applied leaves them out (ComputeLastAppliedConfiguration)
	"metadata.finalizers":  {effect: metadataOnly}, // set and cleared by CassKop itself (updateDeletePvcStrategy)
	"metadata.labels":      {effect: impossible},   // selector and volumeClaimTemplates of the StatefulSets (k8s.LabelsForCassandra)
	"metadata.name":        {effect: apart},        // the ring's name: another name is another ring
	"metadata.namespace":   {effect: apart},        // the kustomization's

	"status.seedlist": {effect: apart}, // UpdateStatusIfSeedListHasChanged; CreateOrUpdateStatefulSet keeps the old list until then

	// Actions of their own: cassandra_status.go, getNextCassandraClusterStatus; reconcile.go, CheckNonAllowedChanges (resources).
	"spec.cassandraImage":                        {effect: newImage},
	"spec.configMapName":                         {effect: newConfigMap},
	"spec.resources":                             {effect: newResources},
	"spec.nodesPerRacks":                         {effect: apart}, // UpdateStatusIfScaling, for each rack; 0 or absent is refused
	"spec.topology.dc[].nodesPerRacks":           {effect: apart},
	"spec.topology.dc[].name":                    {effect: apart},      // CheckTopologyChanges
	"spec.topology.dc[].rack[].name":             {effect: apart},      // CheckTopologyChanges
	"spec.dataCapacity":                          {effect: apart},      // CheckNonAllowedChanges, on what each datacenter ends up with
	"spec.dataStorageClass":                      {effect: apart},      // the same
	"spec.topology.dc[].dataCapacity":            {effect: apart},      // the same
	"spec.topology.dc[].dataStorageClass":        {effect: apart},      // the same
	"spec.topology.dc[].numTokens":               {effect: refused},    // hasChange looks at Name and NumTokens
	"spec.storageConfigs":                        {effect: impossible}, // volumeClaimTemplates (generateStorageConfigVolumeClaimTemplates)
	"spec.topology.dc[].rack[].rollingPartition": {effect: partition},  // updateStrategy.rollingUpdate.partition
	"spec.topology.dc[].rack[].rollingRestart":   {effect: restarts},   // UpdateStatusIfRollingRestart; render refuses it in git

	// The pod template: generator.go.
	"spec.imagepullpolicy":        {absent: "Always"}, // all containers of CassKop's
	"spec.bootstrapImage":         {},                 // init container bootstrap; UpdateDockerImage looks at container cassandra alone
	"spec.configBuilderImage":     {},                 // init containers of v2
	"spec.config":                 {},                 // v2: environment of the init container that builds the files
	"spec.serverVersion":          {},                 // v2: the same
	"spec.serverType":             {absent: "cassandra"},
	"spec.runAsUser":              {absent: 999}, // securityContext; default of the CRD
	"spec.fsGroup":                {absent: 1},   // securityContext; default of the CRD
	"spec.readOnlyRootFilesystem": {absent: true},
	"spec.hardAntiAffinity":       {},                                                                 // createPodAntiAffinity
	"spec.pod.annotations":        {},                                                                 // template.metadata
	"spec.pod.tolerations":        {},                                                                 // template.spec
	"spec.debug":                  {note: "while debug is true Cassandra does not start in the pods"}, // createCassandraContainer
	"spec.sidecarConfigs":         {},                                                                 // generateContainers
	"spec.imagePullSecret":        {},                                                                 // template.spec.imagePullSecrets
	"spec.imageJolokiaSecret":     {},                                                                 // commonBootstrapCassandraEnvVar
	"spec.shareProcessNamespace":  {},                                                                 // template.spec; absent and false differ
	"spec.backRestSidecar":        {},                                                                 // backrestSidecarContainer
	"spec.serviceAccountName":     {absent: "cassandra-cluster-node"},
	"spec.initContainerCmd":       {absent: "cp -vr /etc/cassandra/* /bootstrap"}, // createInitConfigContainer
	"spec.gcStdout":               {},                                             // bootstrapContainerEnvVar

	"spec.livenessInitialDelaySeconds":  {absent: 120},
	"spec.livenessHealthCheckTimeout":   {absent: 20},
	"spec.livenessHealthCheckPeriod":    {absent: 10},
	"spec.livenessFailureThreshold":     {},
	"spec.livenessSuccessThreshold":     {},
	"spec.readinessInitialDelaySeconds": {absent: 60},
	"spec.readinessHealthCheckTimeout":  {absent: 10},
	"spec.readinessHealthCheckPeriod":   {absent: 10},
	"spec.readinessFailureThreshold":    {},
	"spec.readinessSuccessThreshold":    {},

	"spec.topology.dc[].labels":        {}, // createNodeAffinity
	"spec.topology.dc[].rack[].labels": {}, // createNodeAffinity
	"spec.topology.dc[].config":        {}, // v2: as spec.config
	"spec.topology.dc[].rack[].config": {}, // v2: as spec.config
	// CheckNonAllowedChanges compares spec.resources alone, so there is no UpdateResources for a datacenter's own.
	"spec.topology.dc[].resources": {note: "CassKop 1.1.5 panics when a datacenter's resources change; restarting it recovers"},

	// CassKop's own behaviour.
	"spec.autoPilot": {effect: steers}, // UpdateStatusIfActionEnded: the label on pods to clean up
	"spec.deletePVC": {effect: steers, // CheckDeletePVC: the finalizer
		note: "deletePVC decides whether the data volumes go with the CassandraCluster"},
	"spec.noCheckStsAreEqual":            {effect: steers}, // CreateOrUpdateStatefulSet: writes an equal StatefulSet
	"spec.autoUpdateSeedList":            {effect: steers}, // UpdateStatusIfSeedListHasChanged; render refuses true
	"spec.unlockNextOperation":           {effect: steers}, // getNextCassandraClusterStatus; render refuses true
	"spec.restartCountBeforePodDeletion": {effect: steers}, // processingPods
	"spec.maxPodUnavailable": {effect: steers, // CreateOrUpdatePodDisruptionBudget
		note: "the PodDisruptionBudget is made anew"},
	"spec.service.annotations": {effect: serviceOnly}, // ensureCassandraService: Create, and AlreadyExists is passed over
	"spec.initContainerImage":  {effect: unused},      // createInitConfigContainer runs cassandraImage
}

// consequenceOf looks a field up, or what it is a part of.
func consequenceOf(path []string) consequence {
	for n := len(path); n > 0; n-- {
		if c, known := consequences[plainPath(path[:n])]; known {
			if n < len(path) {
				c.absent = nil // that of a part is not known
			}
			return c
		}
	}
	return consequence{}
}

// plainPath is a path without the names of datacenters and racks: spec.topology.dc[].labels.
func plainPath(path []string) string {
	plain := make([]string, len(path))
	for i, elem := range path {
		plain[i] = elem
		if key, name := splitName(elem); name != "" && (i == 2 && key == "dc" || i == 3 && key == "rack") {
			plain[i] = key + "[]"
		}
	}
	return strings.Join(plain, ".")
}

// splitName takes an element such as dc[dc1] apart.
func splitName(elem string) (key, name string) {
	key, name, found := strings.Cut(elem, "[")
	if !found {
		return elem, ""
	}
	return key, strings.TrimSuffix(name, "]")
}
