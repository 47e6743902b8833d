package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// ring of a group.
type ring struct {
	*group
	name string
	// first is the CassandraCluster of the first cluster as last written.
	first *unstructured.Unstructured
}

// rings makes n rings of a group under names of their own. Their CassandraClusters are ready and carry what their Gates want.
func (g *group) rings(b *testing.B, prefix string, n int) []*ring {
	b.Helper()
	all := make([]*ring, n)
	each(b, n, func(ctx context.Context, i int) error {
		r := &ring{group: g, name: fmt.Sprintf("%s-%03d", prefix, i)}
		all[i] = r
		for _, s := range g.sides {
			if err := r.install(ctx, s); err != nil {
				return err
			}
		}
		r.first = bed.NewCassandraCluster(r.key(g.sides[0]))
		return g.sides[0].Client.Get(ctx, r.key(g.sides[0]), r.first)
	})
	return all
}

func (r *ring) key(s side) client.ObjectKey {
	return client.ObjectKey{Namespace: s.namespace, Name: r.name}
}

// each does something n times, four at a time: more would make the API servers close watches.
func each(b *testing.B, n int, do func(ctx context.Context, i int) error) {
	b.Helper()
	group, ctx := errgroup.WithContext(b.Context())
	group.SetLimit(4)
	for i := range n {
		group.Go(func() error { return do(ctx, i) })
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
}

// install makes what was rendered, under the name of this ring and in the namespace of the side. The policy binding is left out:
// CassandraClusters are written here as the measurement needs it.
func (r *ring) install(ctx context.Context, s side) error {
	text := bytes.ReplaceAll(slices.Concat(s.overlay, []byte("---\n"), s.gate), []byte(sampleRing), []byte(r.name))
	objects, err := bed.Decode(bytes.ReplaceAll(text, []byte(sampleNamespace), []byte(s.namespace)))
	if err != nil {
		return err
	}
	for _, o := range objects {
		switch o.GetKind() {
		case "ValidatingAdmissionPolicyBinding", "ServiceAccount": // the account is there already
			continue
		case "Gate":
			err = r.pointAtNamespaces(o)
		}
		if err = errors.Join(err, s.Client.Create(ctx, o)); err != nil {
			return err
		}
	}
	return s.operator.TakeIn(ctx, r.key(s), bed.Done)
}

// pointAtNamespaces has a Gate look for each other cluster in its own namespace.
func (r *ring) pointAtNamespaces(gate *unstructured.Unstructured) error {
	others, _, err := unstructured.NestedSlice(gate.Object, "spec", "waitFor")
	for _, other := range others {
		other := other.(map[string]any)
		for _, s := range r.sides {
			if other["cluster"] == s.name {
				other["namespace"] = s.namespace
			}
		}
	}
	return errors.Join(err, unstructured.SetNestedSlice(gate.Object, others, "spec", "waitFor"))
}

// want makes all Gates want a revision, and begins with it: the clusters before the one here carry it, and the first is at work.
func (r *ring) want(ctx context.Context, revision string) error {
	annotations := r.first.GetAnnotations()
	annotations[v1alpha1.AnnotationRevision] = revision
	r.first.SetAnnotations(annotations)
	if err := r.write(ctx, casskop.StatusOngoing); err != nil {
		return err
	}
	carries := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"metadata":{"annotations":{%q:%q}}}`, v1alpha1.AnnotationRevision, revision))
	wants := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"spec":{"revision":%q}}`, revision))
	for i, s := range r.sides {
		if i > 0 && i < len(r.sides)-1 {
			if err := s.Client.Patch(ctx, bed.NewCassandraCluster(r.key(s)), carries); err != nil {
				return err
			}
		}
		gate := &v1alpha1.Gate{}
		gate.Namespace, gate.Name = s.namespace, r.name
		if err := s.Client.Patch(ctx, gate, wants); err != nil {
			return err
		}
	}
	return nil
}

// ready makes the first CassandraCluster ready.
func (r *ring) ready(ctx context.Context) (turn, error) {
	sent := time.Now()
	err := r.write(ctx, casskop.StatusDone)
	return turn{sent, time.Now()}, err
}

// write is one update of the whole object, as CassKop makes it.
func (r *ring) write(ctx context.Context, actionStatus string) error {
	if err := unstructured.SetNestedField(r.first.Object, actionStatus, "status", "lastClusterActionStatus"); err != nil {
		return err
	}
	return r.sides[0].Client.Update(ctx, r.first)
}
