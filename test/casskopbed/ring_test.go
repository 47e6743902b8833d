package casskopbed

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// patience is how long anything may take. CassKop lets 20 s pass in each rack before it sees that a change is through.
const patience = 2 * time.Minute

// ring is a CassandraCluster of a test, in its own namespace.
type ring struct {
	*Operator
	key client.ObjectKey
}

// twoNodes in each rack.
func twoNodes(cc *unstructured.Unstructured) {
	cc.Object["spec"].(map[string]any)["nodesPerRacks"] = int64(2)
}

// created makes a CassandraCluster with one node, and waits until it is ready.
func created(t *testing.T, namespace string, options Options, change ...func(*unstructured.Unstructured)) *ring {
	t.Helper()
	r := &ring{key: client.ObjectKey{Namespace: namespace, Name: "ring"}}
	r.Operator = Start(t, clusters[0], namespace, options)
	cc := cassandraCluster(r.key)
	for _, f := range change {
		f(cc)
	}
	must(t, clusters[0].Client.Create(t.Context(), cc))
	r.wait(t, casskop.ReasonReady)
	return r
}

func cassandraCluster(key client.ObjectKey) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": casskop.APIVersionV1alpha1, "kind": casskop.KindCassandraCluster,
		"metadata": map[string]any{"namespace": key.Namespace, "name": key.Name},
		"spec": map[string]any{
			"nodesPerRacks": int64(1), "cassandraImage": "cassandra:3.11.9", "dataCapacity": "1Gi",
			"topology": map[string]any{"dc": []any{map[string]any{"name": "dc1", "rack": []any{map[string]any{"name": "rack1"}}}}},
		},
	}}
}

// get reads the CassandraCluster as CassKop does.
func (r *ring) get(t *testing.T) *unstructured.Unstructured {
	t.Helper()
	cc := bed.NewCassandraCluster(r.key)
	cc.SetAPIVersion(casskop.APIVersionV1alpha1)
	must(t, clusters[0].Client.Get(t.Context(), r.key, cc))
	return cc
}

// set changes a field of the spec.
func (r *ring) set(t *testing.T, value any, path ...string) {
	t.Helper()
	r.update(t, func(cc *unstructured.Unstructured) {
		must(t, unstructured.SetNestedField(cc.Object, value, append([]string{"spec"}, path...)...))
	})
}

// update changes the CassandraCluster, which CassKop may change meanwhile.
func (r *ring) update(t *testing.T, change func(*unstructured.Unstructured)) {
	t.Helper()
	must(t, retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		cc := r.get(t)
		change(cc)
		return clusters[0].Client.Update(t.Context(), cc)
	}))
}

// wait waits until readiness has one of these reasons, and returns the CassandraCluster.
func (r *ring) wait(t *testing.T, reasons ...string) (cc *unstructured.Unstructured) {
	t.Helper()
	bed.WaitFor(t, patience, fmt.Sprintf("%s is %q", r.key, reasons), func() (bool, string) {
		cc = r.get(t)
		got := casskop.ReadinessOf(cc.Object)
		for _, reason := range reasons {
			if got.Reason == reason {
				return true, ""
			}
		}
		phase, action, status := casskop.Progress(cc.Object)
		return false, fmt.Sprintf("%s: %s (%s %s %s)", got.Reason, got.Message, phase, action, status)
	})
	return cc
}

// generations are the one that CassKop saw when it wrote last, and the live one.
func generations(t *testing.T, cc *unstructured.Unstructured) (seen, live int64) {
	t.Helper()
	var applied metav1.PartialObjectMetadata
	must(t, json.Unmarshal([]byte(cc.GetAnnotations()[casskop.AnnotationLastApplied]), &applied))
	return applied.Generation, cc.GetGeneration()
}
