package casskop

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFieldsAreCassKops holds the types against CassKop's. A field reads `name type`, with `!` after the name when it is
// written even if empty, and with `@version` at the end when only that API version has it.
func TestFieldsAreCassKops(t *testing.T) {
	for _, test := range []struct {
		value any
		want  string
	}{
		{CassandraCluster{}, `
			metadata! v1.ObjectMeta; spec casskop.CassandraClusterSpec; status casskop.CassandraClusterStatus`},
		{CassandraClusterSpec{}, `
			nodesPerRacks int32; cassandraImage string; imagepullpolicy v1.PullPolicy; bootstrapImage string;
			configBuilderImage string @v2; runAsUser int64; fsGroup int64; readOnlyRootFilesystem *bool;
			resources v1.ResourceRequirements; hardAntiAffinity bool; pod *casskop.PodPolicy; service *casskop.ServicePolicy;
			deletePVC bool; debug bool; autoPilot bool; noCheckStsAreEqual bool; autoUpdateSeedList bool;
			maxPodUnavailable int32; restartCountBeforePodDeletion int32; unlockNextOperation bool; dataCapacity string;
			dataStorageClass string; storageConfigs []casskop.StorageConfig; sidecarConfigs []v1.Container;
			configMapName string; serverVersion string @v2; serverType string @v2; config json.RawMessage @v2;
			imagePullSecret v1.LocalObjectReference; imageJolokiaSecret v1.LocalObjectReference; topology casskop.Topology;
			livenessInitialDelaySeconds *int32; livenessHealthCheckTimeout *int32; livenessHealthCheckPeriod *int32;
			livenessFailureThreshold *int32; livenessSuccessThreshold *int32;
			readinessInitialDelaySeconds *int32; readinessHealthCheckTimeout *int32; readinessHealthCheckPeriod *int32;
			readinessFailureThreshold *int32; readinessSuccessThreshold *int32;
			shareProcessNamespace *bool; backRestSidecar *casskop.BackRestSidecar; serviceAccountName string;
			initContainerImage string @v1alpha1; initContainerCmd string @v1alpha1; gcStdout bool @v1alpha1`},
		{Topology{}, `dc []casskop.DC`},
		{DC{}, `
			name string; labels map[string]string; config json.RawMessage @v2; rack []casskop.Rack; nodesPerRacks *int32;
			dataCapacity string; dataStorageClass string; resources v1.ResourceRequirements; numTokens *int32 @v1alpha1`},
		{Rack{}, `
			name string; labels map[string]string; config json.RawMessage @v2; rollingRestart bool; rollingPartition int32`},
		{PodPolicy{}, `annotations map[string]string; tolerations []v1.Toleration`},
		{ServicePolicy{}, `annotations map[string]string`},
		{BackRestSidecar{}, `
			image string; imagePullPolicy v1.PullPolicy; resources *v1.ResourceRequirements; volumeMount []v1.VolumeMount @v2`},
		{StorageConfig{}, `mountPath! string; name! string; pvcSpec! *v1.PersistentVolumeClaimSpec`},
		{CassandraClusterStatus{}, `
			phase string; lastClusterAction string; lastClusterActionStatus string; seedlist []string;
			cassandraNodeStatus map[string]casskop.CassandraNodeStatus;
			cassandraRackStatus map[string]*casskop.CassandraRackStatus`},
		{CassandraRackStatus{}, `
			phase string; cassandraLastAction casskop.CassandraLastAction; podLastOperation casskop.PodLastOperation`},
		{CassandraLastAction{}, `
			status string; name string; startTime *v1.Time; endTime *v1.Time; updatedNodes []string`},
		{PodLastOperation{}, `
			name string; status string; startTime *v1.Time; endTime *v1.Time; pods []string; podsOK []string;
			podsKO []string; operatorName string`},
		{CassandraNodeStatus{}, `hostId string; nodeIp string`},
	} {
		typ := reflect.TypeOf(test.value)
		t.Run(typ.Name(), func(t *testing.T) {
			var want []string
			for _, field := range strings.Split(test.want, ";") {
				want = append(want, strings.TrimSpace(field))
			}
			if diff := cmp.Diff(want, describeFields(typ)); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func describeFields(t reflect.Type) []string {
	var fields []string
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if len(f.Index) > 1 || options == "inline" {
			continue
		}
		if options != "omitempty" {
			name += "!" + options
		}
		field := fmt.Sprintf("%s %s", name, f.Type)
		if version := f.Tag.Get("api"); version != "" {
			field += " @" + version
		}
		fields = append(fields, field)
	}
	return fields
}

func TestEncodingIsWhatCassKopWritesBack(t *testing.T) {
	const empty = `"resources":{},"imagePullSecret":{},"imageJolokiaSecret":{},`
	for name, test := range map[string]struct {
		in, want string
	}{
		"an empty spec keeps its plain structs": {
			in:   `{}`,
			want: `{` + empty + `"topology":{}}`,
		},
		"zero values that are no pointers vanish": {
			in: `{"nodesPerRacks":0,"cassandraImage":"","deletePVC":false,"runAsUser":0,"storageConfigs":[],"sidecarConfigs":null,
				"topology":{"dc":[]}}`,
			want: `{` + empty + `"topology":{}}`,
		},
		"pointers keep an explicit false and 0": {
			in: `{"readOnlyRootFilesystem":false,"livenessInitialDelaySeconds":0,"readinessSuccessThreshold":0,
				"shareProcessNamespace":false,"pod":{},"service":{"annotations":{}},"backRestSidecar":{}}`,
			want: `{"readOnlyRootFilesystem":false,"livenessInitialDelaySeconds":0,"readinessSuccessThreshold":0,
				"shareProcessNamespace":false,"pod":{},"service":{},"backRestSidecar":{},` + empty + `"topology":{}}`,
		},
		"resources appear in each datacenter and not in its racks": {
			in: `{"topology":{"dc":[{"name":"dc1","nodesPerRacks":0,"numTokens":0,"rack":[{"name":"a","rollingPartition":0}]},
				{"name":"dc2"}]}}`,
			want: `{` + empty + `"topology":{"dc":[
				{"name":"dc1","nodesPerRacks":0,"numTokens":0,"rack":[{"name":"a"}],"resources":{}},
				{"name":"dc2","resources":{}}]}}`,
		},
		"resources appear in each sidecar": {
			in:   `{"sidecarConfigs":[{"name":"log"}]}`,
			want: `{` + empty + `"sidecarConfigs":[{"name":"log","resources":{}}],"topology":{}}`,
		},
		"quantities come out canonical": {
			in:   `{"resources":{"requests":{"cpu":"1000m","memory":"4096Mi"}},"dataCapacity":"4096Mi"}`,
			want: `{"resources":{"requests":{"cpu":"1","memory":"4Gi"}},"dataCapacity":"4096Mi","imagePullSecret":{},"imageJolokiaSecret":{},"topology":{}}`,
		},
		"a raw config keeps its zero values at every level": {
			in: `{"config":{"a":{"b":0,"c":"","d":[]}},"topology":{"dc":[{"config":{"e":false},"rack":[{"config":{}}]}]}}`,
			want: `{"config":{"a":{"b":0,"c":"","d":[]}},` + empty + `
				"topology":{"dc":[{"config":{"e":false},"rack":[{"config":{}}],"resources":{}}]}}`,
		},
		"all fields of a storage config are written": {
			in:   `{"storageConfigs":[{}]}`,
			want: `{"storageConfigs":[{"mountPath":"","name":"","pvcSpec":null}],` + empty + `"topology":{}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tree(t, test.want), recode[CassandraClusterSpec](t, test.in)); diff != "" {
				t.Errorf("encoded again (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEncodingOfAWholeObject(t *testing.T) {
	const in = `{"apiVersion":"db.orange.com/v2","kind":"CassandraCluster","metadata":{"name":"ring","namespace":"data"},
		"spec":{"nodesPerRacks":2},
		"status":{"phase":"Running","lastClusterAction":"ScaleUp","lastClusterActionStatus":"Done","seedlist":["ring-dc1-rack1-0"],
			"cassandraNodeStatus":{"ring-dc1-rack1-0":{"hostId":"h","nodeIp":"10.0.0.1"}},
			"cassandraRackStatus":{"dc1-rack1":{"phase":"Running",
				"cassandraLastAction":{"name":"ScaleUp","status":"Done","endTime":"2026-11-02T03:04:05Z"}}}}}`
	const want = `{"apiVersion":"db.orange.com/v2","kind":"CassandraCluster","metadata":{"name":"ring","namespace":"data"},
		"spec":{"nodesPerRacks":2,"resources":{},"imagePullSecret":{},"imageJolokiaSecret":{},"topology":{}},
		"status":{"phase":"Running","lastClusterAction":"ScaleUp","lastClusterActionStatus":"Done","seedlist":["ring-dc1-rack1-0"],
			"cassandraNodeStatus":{"ring-dc1-rack1-0":{"hostId":"h","nodeIp":"10.0.0.1"}},
			"cassandraRackStatus":{"dc1-rack1":{"phase":"Running",
				"cassandraLastAction":{"name":"ScaleUp","status":"Done","endTime":"2026-11-02T03:04:05Z"},
				"podLastOperation":{}}}}}`
	if diff := cmp.Diff(tree(t, want), recode[CassandraCluster](t, in)); diff != "" {
		t.Errorf("encoded again (-want +got):\n%s", diff)
	}
}

// recode decodes the document into a T, encodes that and returns the result as a tree.
func recode[T any](t *testing.T, document string) any {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(document), &value); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return tree(t, string(encoded))
}

func tree(t *testing.T, document string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(document), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
