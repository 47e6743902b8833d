package bench

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// bounce is the bare round trip, which no gate can be faster than: a patch there, seen by a watch, answered with a patch here, which is
// seen by another watch. Each has a ConfigMap of its own in both clusters.
type bounce struct {
	there *bed.Cluster
	ball  *corev1.ConfigMap
	seen  chan time.Time
}

func newBounce(b *testing.B, there, here *bed.Cluster) *bounce {
	b.Helper()
	ball := &corev1.ConfigMap{}
	ball.Namespace, ball.Name = "bounce-"+there.Name, "ball"
	for _, c := range []*bed.Cluster{there, here} {
		c.Namespace(b, ball.Namespace)
		if err := c.Client.Create(b.Context(), ball.DeepCopy()); err != nil {
			b.Fatal(err)
		}
	}
	x := &bounce{there, ball, make(chan time.Time, 1)}
	x.onChange(b, there, func() { x.throw(b, here) })
	x.onChange(b, here, func() { x.seen <- time.Now() })
	return x
}

// onChange does something each time the ball has changed.
func (x *bounce) onChange(b *testing.B, c *bed.Cluster, do func()) {
	b.Helper()
	watching, err := c.Client.Watch(b.Context(), &corev1.ConfigMapList{}, client.InNamespace(x.ball.Namespace))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(watching.Stop)
	go func() {
		for event := range watching.ResultChan() {
			if event.Type == watch.Modified {
				do()
			}
		}
	}()
}

func (x *bounce) throw(b *testing.B, c *bed.Cluster) {
	patch := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"data":{"at":"%d"}}`, time.Now().UnixNano()))
	if err := c.Client.Patch(b.Context(), x.ball.DeepCopy(), patch); err != nil {
		b.Error(err)
	}
}

// once is the time of one round trip, from before the patch is sent.
func (x *bounce) once(b *testing.B) time.Duration {
	b.Helper()
	began := time.Now()
	x.throw(b, x.there)
	select {
	case at := <-x.seen:
		return at.Sub(began)
	case <-time.After(patience):
		b.Fatalf("waited %s for the answer to a patch in %s", patience, x.there.Name)
		return 0
	}
}
