package life

import (
	"fmt"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// stormPrefix begins the namespaces of the storm, one for each ring.
const stormPrefix = "storm-"

// stormWorld is what a storm rages in.
type stormWorld struct {
	rings   []*lifeRing
	gates   []*bed.GateProcess // by cluster
	ways    []*stormWay        // from each cluster to each other one
	secrets []*stormSecret     // for each ring and way
}

// stormSecret is a Secret in a cluster, and what it may hold: two tokens that are good, and garbage.
type stormSecret struct {
	in      *bed.Cluster
	mu      sync.Mutex
	good    [2]*corev1.Secret
	garbage *corev1.Secret
}

// newStormWorld installs rings with all that belongs to them, and starts a controller in each cluster.
func newStormWorld(t *testing.T, rings int) *stormWorld {
	t.Helper()
	w := &stormWorld{}
	var names, namespaces []string
	for _, c := range clusters {
		names = append(names, c.Name)
		if err := c.InstallGate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for from := range clusters {
		for to, c := range clusters {
			if from != to {
				w.ways = append(w.ways, newStormWay(t, from, to, c))
			}
		}
	}
	for n := range rings {
		namespaces = append(namespaces, fmt.Sprintf("%s%02d", stormPrefix, n))
		w.rings = append(w.rings, w.newRing(t, names, namespaces[n], n))
	}
	policed(t, names)
	for _, c := range clusters {
		w.gates = append(w.gates, bed.StartGate(t, bed.GateOptions{
			Kubeconfig: bed.KubeconfigFile(t, c.GateIdentity(t)), Namespaces: namespaces, Supervise: true,
		}))
	}
	for _, g := range w.gates {
		g.WaitReady(t)
	}
	return w
}

// policed waits until the API servers have taken in the policies of all rings, which takes up to a second: a ring that was installed
// after all others, and has no controller, is held. Flux gives that time, since it waits until the Gate is ready.
func policed(t *testing.T, names []string) {
	t.Helper()
	tree := bed.Ring{Name: "ring", Namespace: "before-the-storm", Clusters: names}.Render(t)
	tree.InstallGates(t, clusters...)
	for _, site := range newLifeRing(t, tree, clusters...).sites {
		n := 0
		bed.WaitFor(t, soon, site.Name+" holds CassandraClusters", func() (bool, string) {
			n++
			outcome := site.must(t, site.apply(fmt.Sprintf("%08x", n)))
			return outcome == applyDenied, outcome
		})
	}
}

// stormStableFor is the soak of the rings in a namespace: none for one half of them.
func stormStableFor(namespace string) time.Duration {
	return time.Duration(namespace[len(namespace)-1]%2) * time.Second
}

func (w *stormWorld) newRing(t *testing.T, names []string, namespace string, number int) *lifeRing {
	t.Helper()
	tree := bed.Ring{Name: "ring", Namespace: namespace, Clusters: names, Configure: func(config *v1alpha1.RenderConfig) {
		config.Gate.StableFor.Duration = stormStableFor(namespace)
	}}.Render(t)
	tree.InstallGates(t, clusters...)
	for _, way := range w.ways {
		w.secrets = append(w.secrets, newStormSecret(t, namespace, way, number))
	}
	return newLifeRing(t, tree, clusters...)
}

func newStormSecret(t *testing.T, namespace string, way *stormWay, ring int) *stormSecret {
	t.Helper()
	s := &stormSecret{in: clusters[way.from]}
	key := client.ObjectKey{Namespace: namespace, Name: way.there.Name}
	for i := range s.good {
		s.good[i] = bed.KubemcsaSecret(t, key, way.config(ring, way.there.ReaderIdentity(t, namespace)), namespace)
	}
	s.garbage = s.good[0].DeepCopy()
	s.garbage.Data = map[string][]byte{"config": []byte("garbage")}
	if err := s.in.Client.Create(t.Context(), s.good[0].DeepCopy()); err != nil {
		t.Fatal(err)
	}
	return s
}
