package v1alpha1

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

var (
	_ runtime.Object = (*Gate)(nil)
	_ runtime.Object = (*GateList)(nil)
)

func TestGateDeepCopySharesNothing(t *testing.T) {
	full := func() *Gate {
		now := metav1.Unix(1, 0)

		return &Gate{
			Spec: GateSpec{
				WaitFor:   []WaitFor{{Cluster: "k8s-cluster1"}},
				StableFor: &metav1.Duration{Duration: time.Minute},
				Seeds:     Seeds{Hosts: []string{"demo-dc1-rack1-0.example.com"}},
			},
			Status: GateStatus{
				Conditions: []metav1.Condition{{Type: "Ready"}},
				OpenedAt:   &now,
				WaitFor:    []WaitForStatus{{Cluster: "k8s-cluster1", ReadySince: &now}},
			},
		}
	}

	original := full()
	copied := original.DeepCopy()
	copied.Spec.WaitFor[0].Cluster = "changed"
	copied.Spec.StableFor.Duration = time.Hour
	copied.Spec.Seeds.Hosts[0] = "changed"
	copied.Status.Conditions[0].Type = "changed"
	copied.Status.WaitFor[0].Cluster = "changed"

	if diff := cmp.Diff(full(), original); diff != "" {
		t.Errorf("changing the copy changed the original (-want +got):\n%s", diff)
	}
}

func TestGateEncoding(t *testing.T) {
	tests := map[string]struct {
		encode any
		want   string
	}{
		"what the server defaults is left out": {
			encode: GateSpec{Revision: "5f1c0a9e", APIVersion: CassandraV2},
			want:   `{"revision":"5f1c0a9e","apiVersion":"db.orange.com/v2"}`,
		},
		"an explicit soak of zero is kept": {
			encode: GateSpec{Revision: "5f1c0a9e", APIVersion: CassandraV2, StableFor: &metav1.Duration{}},
			want:   `{"revision":"5f1c0a9e","apiVersion":"db.orange.com/v2","stableFor":"0s"}`,
		},
		"a cluster that stands in the way says so": {
			encode: WaitForStatus{Cluster: "k8s-cluster1"},
			want:   `{"cluster":"k8s-cluster1","met":false}`,
		},
	}

	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := json.Marshal(tt.encode)
			if err != nil {
				t.Fatal(err)
			}

			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("encoding (-want +got):\n%s", diff)
			}
		})
	}
}
