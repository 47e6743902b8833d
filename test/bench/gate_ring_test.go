package bench

import (
	"bytes"
	"context"
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

// ring of a pair: first there, then here.
type ring struct {
	*pair
	key client.ObjectKey
	// previous is the CassandraCluster there as last written.
	previous *unstructured.Unstructured
}

// rings makes n rings of a pair under names of their own. Their CassandraClusters are ready and carry what their Gates want.
func (p *pair) rings(b *testing.B, prefix string, n int) []*ring {
	b.Helper()
	all := make([]*ring, n)
	each(b, n, func(ctx context.Context, i int) error {
		key := client.ObjectKey{Namespace: sampleNamespace, Name: fmt.Sprintf("%s-%03d", prefix, i)}
		all[i] = &ring{pair: p, key: key, previous: bed.NewCassandraCluster(key)}
		for _, s := range p.sides {
			if err := all[i].install(ctx, s); err != nil {
				return err
			}
		}
		return p.there.Client.Get(ctx, key, all[i].previous)
	})
	return all
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

// install makes what was rendered, under the name of this ring. The policy binding is left out: CassandraClusters are written
// here as the measurement needs it.
func (r *ring) install(ctx context.Context, s side) error {
	objects, err := bed.Decode(bytes.ReplaceAll(slices.Concat(s.overlay, []byte("---\n"), s.gate), []byte(sampleRing), []byte(r.key.Name)))
	if err != nil {
		return err
	}
	for _, o := range objects {
		switch o.GetKind() {
		case "ValidatingAdmissionPolicyBinding", "ServiceAccount": // the account is there already
			continue
		}
		if err := s.Client.Create(ctx, o); err != nil {
			return err
		}
	}
	return s.operator.TakeIn(ctx, r.key, bed.Done)
}

// want makes both Gates want a revision, and begins with it there: the CassandraCluster carries it and is at work.
func (r *ring) want(ctx context.Context, revision string) error {
	annotations := r.previous.GetAnnotations()
	annotations[v1alpha1.AnnotationRevision] = revision
	r.previous.SetAnnotations(annotations)
	if err := r.write(ctx, casskop.StatusOngoing); err != nil {
		return err
	}
	patch := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"spec":{"revision":%q}}`, revision))
	for _, s := range r.sides {
		gate := &v1alpha1.Gate{}
		gate.Namespace, gate.Name = r.key.Namespace, r.key.Name
		if err := s.Client.Patch(ctx, gate, patch); err != nil {
			return err
		}
	}
	return nil
}

// ready makes the CassandraCluster there ready.
func (r *ring) ready(ctx context.Context) (turn, error) {
	sent := time.Now()
	err := r.write(ctx, casskop.StatusDone)
	return turn{sent, time.Now()}, err
}

// write is one update of the whole object, as CassKop makes it.
func (r *ring) write(ctx context.Context, actionStatus string) error {
	if err := unstructured.SetNestedField(r.previous.Object, actionStatus, "status", "lastClusterActionStatus"); err != nil {
		return err
	}
	return r.there.Client.Update(ctx, r.previous)
}
