package gate

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// anotherRevision is wanted by the other Gate of a pair until it agrees.
const anotherRevision = "00000000"

// pair is a ring of two clusters without any CassandraCluster. The Gate here is the first in the order, so nothing holds it but what it does
// not know of the other one: a gate that took a cluster that it cannot see for one where nothing is there yet would open.
type pair struct {
	here, there *bed.Cluster
	tree        *bed.Tree
	remote      string // the name of the other cluster, and of its Secret
}

// newPair installs the Gate there, and all that belongs to the one here but its Secret and itself.
func newPair(t *testing.T, here, there *bed.Cluster, namespace, name string) *pair {
	t.Helper()
	p := &pair{here: here, there: there, remote: "remote-" + name}
	p.tree = bed.Ring{Name: name, Namespace: namespace, Clusters: []string{here.Name, p.remote}}.Render(t)
	for _, c := range []*bed.Cluster{here, there} {
		c.Namespace(t, namespace, "flux-system")
	}
	if err := there.ApplyFolder(t.Context(), p.tree.Gate(p.remote), bed.FluxManager); err != nil {
		t.Fatal(err)
	}
	p.want(t, anotherRevision)
	return p
}

// begin installs the Gate here, and all that comes with it but the objects whose names end in a word; empty: without exception.
func (p *pair) begin(t *testing.T, without string) {
	t.Helper()
	manifests, err := bed.Build(p.tree.Gate(p.here.Name))
	if err != nil {
		t.Fatal(err)
	}
	objects, err := bed.Decode(manifests)
	if err != nil {
		t.Fatal(err)
	}
	objects = slices.DeleteFunc(objects, func(o *unstructured.Unstructured) bool {
		return without != "" && strings.HasSuffix(o.GetName(), without)
	})
	if err := p.here.Apply(t.Context(), bed.FluxManager, objects...); err != nil {
		t.Fatal(err)
	}
}

// want has the other Gate want a revision.
func (p *pair) want(t *testing.T, revision string) {
	t.Helper()
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		g := p.there.Gate(t, p.tree.Key())
		g.Spec.Revision = revision
		return p.there.Client.Update(t.Context(), g)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// agree has the other Gate want what the one here wants, which opens it.
func (p *pair) agree(t *testing.T) { p.want(t, p.tree.Revision) }

// reader is how the Gate here should reach the other cluster.
func (p *pair) reader(t *testing.T) *rest.Config {
	t.Helper()
	return p.there.ReaderIdentity(t, p.tree.Key().Namespace)
}

func (p *pair) secretKey() client.ObjectKey {
	return client.ObjectKey{Namespace: p.tree.Key().Namespace, Name: p.remote}
}

// connect gives the Gate here kubemcsa's Secret for a rest.Config.
func (p *pair) connect(t *testing.T, config *rest.Config) {
	t.Helper()
	p.give(t, bed.KubemcsaSecret(t, p.secretKey(), config, p.tree.Key().Namespace).Data)
}

// give makes or replaces the Secret.
func (p *pair) give(t *testing.T, data map[string][]byte) {
	t.Helper()
	key := p.secretKey()
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name}, Data: data}
	err := p.here.Client.Create(t.Context(), secret)
	if apierrors.IsAlreadyExists(err) {
		err = p.here.Client.Update(t.Context(), secret)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// take deletes the Secret.
func (p *pair) take(t *testing.T) {
	t.Helper()
	key := p.secretKey()
	if err := p.here.Client.Delete(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name}}); err != nil {
		t.Fatal(err)
	}
}

// message is that of the Ready condition.
func message(g *v1alpha1.Gate) string {
	for _, c := range g.Status.Conditions {
		if c.Type == "Ready" {
			return c.Message
		}
	}
	return ""
}
