package flux

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fluxbed"
)

// flux begins the labels that Flux puts on what it applies.
const flux = "kustomize.toolkit.fluxcd.io/"

// other is a second ring in the same namespace.
var other = client.ObjectKey{Namespace: ring.Namespace, Name: "cassandra-beta"}

// TestConvergence has Flux correct two rings of one namespace again and again, and then takes them out of git.
func TestConvergence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, second := w.tree, w.tree.Replace(ring.Name, other.Name)
	n := w.startNotifier(t, "")
	w.push(t, one.And(second), w.revision)
	for _, key := range []client.ObjectKey{ring, other} {
		w.flux.WaitReady(t, time.Minute, key.Name+"-gate", "False")
		w.gates.open(t, key)
		w.flux.WaitReady(t, time.Minute, key.Name, "True")
	}
	if !t.Run("two rings of one namespace do not change what the other one applies", func(t *testing.T) { w.testQuiet(t, n) }) {
		return
	}
	t.Run("a ring taken out of git leaves its data, the shared account and the other ring", func(t *testing.T) { w.testRemoved(t, one, second) })
}

// testQuiet has Flux correct drift some times: there must be none, and nothing for the notifier to do.
func (w *world) testQuiet(t *testing.T, n *notifier) {
	const rounds = 4
	objects, requests := w.objects(t), n.sent()
	for range rounds {
		for _, name := range []string{ring.Name + "-gate", other.Name + "-gate", ring.Name, other.Name} {
			w.flux.Reconcile(t, name)
			w.flux.WaitReady(t, time.Minute, name, "True")
		}
	}
	if diff := cmp.Diff(objects, w.objects(t)); diff != "" {
		t.Errorf("what Flux applied, and its version (-after convergence +%d rounds later):\n%s", rounds, diff)
	}
	if diff := cmp.Diff(requests, n.sent()); diff != "" {
		t.Errorf("requests of the notifier (-after convergence +%d rounds later):\n%s", rounds, diff)
	}
}

// objects are all objects that Flux has applied, with their resourceVersion; of Kustomizations, whose status moves, the generation.
func (w *world) objects(t *testing.T) map[string]string {
	t.Helper()
	d, err := discovery.NewDiscoveryClientForConfig(w.cluster.Config)
	must(t, err)
	resources, err := d.ServerPreferredResources()
	must(t, err)
	versions := map[string]string{}
	for _, group := range resources {
		for _, resource := range group.APIResources {
			if slices.Contains(resource.Verbs, "list") {
				w.list(t, schema.FromAPIVersionAndKind(group.GroupVersion, resource.Kind), versions)
			}
		}
	}
	return versions
}

func (w *world) list(t *testing.T, kind schema.GroupVersionKind, versions map[string]string) {
	t.Helper()
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(kind)
	must(t, w.cluster.Client.List(t.Context(), list, client.HasLabels{flux + "name"}))
	for _, o := range list.Items {
		version := o.GetResourceVersion()
		if strings.HasPrefix(o.GetAPIVersion(), flux) {
			version = "generation " + strconv.FormatInt(o.GetGeneration(), 10)
		}
		versions[kind.Kind+" "+o.GetNamespace()+"/"+o.GetName()] = version
	}
}

// testRemoved takes first the ring out of git that made the shared ServiceAccount, then the other one.
func (w *world) testRemoved(t *testing.T, one, second fluxbed.Tree) {
	reader := w.reader(t)
	first, last, rest := ring, other, second
	if reader.Labels[flux+"name"] != ring.Name+"-gate" {
		first, last, rest = other, ring, one
	}
	w.flux.Push(t, rest)
	w.waitGone(t, first)
	w.flux.Reconcile(t, last.Name+"-gate")
	w.flux.WaitReady(t, time.Minute, last.Name+"-gate", "True")
	w.flux.Push(t, rest.Without("clusters/"+clusterName+"/flux/"+last.Name))
	w.waitGone(t, last)
	if got := w.reader(t); got.UID != reader.UID || got.DeletionTimestamp != nil {
		t.Errorf("ServiceAccount %s was made anew or is being deleted, expected the one of before: the other clusters have its tokens", reader.Name)
	}
	for _, key := range []client.ObjectKey{first, last} {
		if revision, _ := w.datacenters.Carries(key); revision != w.revision {
			t.Errorf("CassandraCluster %s carries %q, expected that it stayed as it was, with %s", key, revision, w.revision)
		}
	}
}

// waitGone waits until Flux has removed a ring: its Kustomizations and its Gate.
func (w *world) waitGone(t *testing.T, key client.ObjectKey) {
	t.Helper()
	waitFor(t, "Flux has removed "+key.String(), func() bool {
		gate := w.cluster.Client.Get(t.Context(), key, &v1alpha1.Gate{})
		none := types.UID("")
		return client.IgnoreNotFound(gate) == nil && gate != nil &&
			w.flux.Kustomization(t, key.Name).GetUID() == none && w.flux.Kustomization(t, key.Name+"-gate").GetUID() == none
	})
}

// reader is the ServiceAccount with which the gates of other clusters read here.
func (w *world) reader(t *testing.T) *corev1.ServiceAccount {
	t.Helper()
	account := &corev1.ServiceAccount{}
	must(t, w.cluster.Client.Get(t.Context(), client.ObjectKey{Namespace: ring.Namespace, Name: bed.Reader}, account))
	return account
}
