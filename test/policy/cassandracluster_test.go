package policy

import (
	"errors"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const (
	v1       = v1alpha1.CassandraV1alpha1
	v2       = v1alpha1.CassandraV2
	revision = v1alpha1.AnnotationRevision
	seedlist = v1alpha1.AnnotationSeedlist
)

var (
	// ring is the sample's CassandraCluster and its Gate.
	ring = client.ObjectKey{Namespace: "cassandra-e2e", Name: "cassandra-demo"}
	// legacy is one without a revision, from before it was bound to a Gate.
	legacy = client.ObjectKey{Namespace: "cassandra-e2e", Name: "legacy"}
)

// edit is a change of a CassandraCluster.
type edit func(*unstructured.Unstructured)

// cassandraCluster is a small CassandraCluster that both API versions accept.
func cassandraCluster(apiVersion string, key client.ObjectKey, edits ...edit) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{
		"spec": map[string]any{
			"nodesPerRacks": int64(1),
			"topology": map[string]any{"dc": []any{map[string]any{
				"name": "dc2", "resources": map[string]any{}, "rack": []any{map[string]any{"name": "rack1"}},
			}}},
		},
	}}
	o.SetAPIVersion(apiVersion)
	o.SetKind("CassandraCluster")
	o.SetNamespace(key.Namespace)
	o.SetName(key.Name)
	o.SetLabels(map[string]string{"cluster": key.Name})
	return edited(o, edits...)
}

func edited(o *unstructured.Unstructured, edits ...edit) *unstructured.Unstructured {
	for _, edit := range edits {
		edit(o)
	}
	return o
}

func annotation(name, value string) edit {
	return func(o *unstructured.Unstructured) {
		annotations := o.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[name] = value
		o.SetAnnotations(annotations)
	}
}

func carries(value string) edit { return annotation(revision, value) }

func without(fields ...string) edit {
	return func(o *unstructured.Unstructured) { unstructured.RemoveNestedField(o.Object, fields...) }
}

// set sets a field. The value is of a kind that JSON has: string, int64, bool, []any, map[string]any.
func set(value any, fields ...string) edit {
	return func(o *unstructured.Unstructured) {
		if err := unstructured.SetNestedField(o.Object, value, fields...); err != nil {
			panic(err)
		}
	}
}

// live is the object as it is stored; nil if there is none.
func live(t *testing.T, apiVersion string, key client.ObjectKey) *unstructured.Unstructured {
	t.Helper()
	o := cassandraCluster(apiVersion, key)
	err := cluster(t).Client.Get(t.Context(), key, o)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// arrange leaves the ring with a CassandraCluster that carries a revision, or with none if it is empty.
func arrange(t *testing.T, carried string) {
	t.Helper()
	if err := cluster(t).Client.Delete(t.Context(), cassandraCluster(v2, ring)); client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
	if carried == "" {
		return
	}
	opened(carried)(t)
	mustCreate(t, cassandraCluster(v2, ring, carries(carried)))
}

func mustCreate(t *testing.T, o *unstructured.Unstructured) {
	t.Helper()
	if err := at.c.Client.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// as is a client of another user, who has all rights.
func as(t *testing.T, user string) client.Client {
	t.Helper()
	return impersonate(t, user, "system:masters")
}

// impersonate is a client of another user in these groups.
func impersonate(t *testing.T, user string, groups ...string) client.Client {
	t.Helper()
	config := rest.CopyConfig(cluster(t).Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: groups}
	c, err := client.New(config, client.Options{Scheme: bed.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// outcome is how a write ended. The zero value: it passed.
type outcome struct {
	// Code is the HTTP status of a refusal.
	Code int32
	// Said is what the policy or the webhook said, or the whole error if neither refused.
	Said string
}

func outcomeOf(err error) outcome {
	if err == nil {
		return outcome{}
	}
	status := &apierrors.StatusError{}
	if !errors.As(err, &status) {
		return outcome{Said: err.Error()}
	}
	found := outcome{Code: status.ErrStatus.Code, Said: status.ErrStatus.Message}
	if _, said, denied := strings.Cut(found.Said, at.denied); denied && strings.Contains(found.Said, at.words) {
		found.Said = said
	}
	return found
}
