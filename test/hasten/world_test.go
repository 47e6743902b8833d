//go:build argocd

package hasten

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/argobed"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

const patience = 2 * time.Minute

// world is one cluster with Argo CD, the second of a ring whose first never answers: a gate there opens by hand alone.
type world struct {
	*bed.Cluster
	argo  *argobed.Argo
	ring  *fleet.Ring
	gate  *bed.GateProcess
	audit *bed.Audit
	seen  []bed.Event // in the audit log
	args  []string    // what the component adds to the Deployment
	image int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Cluster: clusters[0]}
	must(t, w.InstallGate(t.Context()))
	w.argo = argobed.Start(t, w.Cluster, w.Cluster)
	w.installComponent(t)
	m := fleet.Small("ring", "k8s-cluster1", w.Name)
	w.Namespace(t, m.Name)
	w.ring = fleet.NewRing(t, m, casskopbed.Options{})
	m.ArgoCD = &v1alpha1.RenderArgoCD{RepoURL: "file://" + w.ring.Dir}
	w.audit = w.Audit(t)
	w.runGate(t)
	w.begin(t)
	must(t, w.gate.Stop())
	return w
}

// begin has the first revision applied. From then on the binding of the policy is at work.
func (w *world) begin(t *testing.T) {
	t.Helper()
	revision := w.commit(t)
	bed.WaitFor(t, patience, "the Gate is there", func() (bool, string) {
		err := w.Client.Get(t.Context(), w.key(), &v1alpha1.Gate{})
		return err == nil, fmt.Sprint(err)
	})
	w.open(t, revision)
	w.waitApplied(t, revision)
	w.waitSynced(t)
}

// waitSynced waits until Argo CD is through.
func (w *world) waitSynced(t *testing.T) {
	t.Helper()
	bed.WaitFor(t, patience, "Argo CD is through", func() (bool, string) {
		o := w.argo.Object(t, "Application", w.app()).Object
		phase, _, _ := unstructured.NestedString(o, "status", "operationState", "phase")
		return o["operation"] == nil && phase == "Succeeded", phase
	})
}

// installComponent applies base/gate/argocd as kustomize adds it to base/gate, and keeps the argument that it adds.
func (w *world) installComponent(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	must(t, os.CopyFS(filepath.Join(dir, "gate"), os.DirFS(filepath.Join(bed.Root(), "base/gate"))))
	must(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte("resources: [gate]\ncomponents: [gate/argocd]\n"), 0o600))
	manifests, err := bed.Build(dir)
	must(t, err)
	objects, err := bed.Decode(manifests)
	must(t, err)
	objects = slices.DeleteFunc(objects, func(o *unstructured.Unstructured) bool {
		if o.GetKind() != "Deployment" {
			return false
		}
		var d appsv1.Deployment
		must(t, runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &d))
		w.args = slices.DeleteFunc(d.Spec.Template.Spec.Containers[0].Args, func(a string) bool { return !strings.HasPrefix(a, "--argocd") })
		return true
	})
	must(t, w.Apply(t.Context(), "bed", objects...))
}

// runGate runs the controller until the test ends, with the rights of base/gate and of the component. Only what is asked from now on counts.
func (w *world) runGate(t *testing.T, args ...string) {
	t.Helper()
	w.events(t)
	w.seen = nil
	w.gate = bed.StartGate(t, bed.GateOptions{Kubeconfig: bed.KubeconfigFile(t, w.GateIdentity(t)), Args: args})
	w.gate.WaitReady(t)
}

func (w *world) key() client.ObjectKey {
	return client.ObjectKey{Namespace: w.ring.Name, Name: w.ring.Name}
}

func (w *world) app() string { return w.ring.Name + "-" + w.Name }

// push commits another image and returns its revision, once Argo CD has applied the Gate, was denied the CassandraCluster, and waits.
func (w *world) push(t *testing.T) string {
	t.Helper()
	revision := w.commit(t)
	bed.WaitFor(t, patience, "Argo CD was denied "+revision, func() (bool, string) {
		s, _, _ := unstructured.NestedMap(w.argo.Object(t, "Application", w.app()).Object, "status", "operationState")
		message, _ := s["message"].(string)
		return s["phase"] == "Running" && s["finishedAt"] != nil && strings.Contains(message, "held at "+revision), fmt.Sprint(s["phase"], message)
	})
	return revision
}

// commit commits another image, has Argo CD look, and returns the revision.
func (w *world) commit(t *testing.T) string {
	t.Helper()
	w.image++
	w.ring.Spec["cassandraImage"] = fmt.Sprint("cassandra:3.11.", w.image)
	c := w.ring.Repository.Commit(t, w.ring.MultiCasskop)
	file := filepath.Join(w.ring.Dir, "clusters", w.Name, "argocd", w.ring.Name+".yaml")
	if out := w.Kubectl(t, nil, "apply", "-f", file); out.Code != 0 {
		t.Fatal(out.Stderr)
	}
	w.argo.Refresh(t, w.app())
	return c.Revision
}

// open opens the Gate by hand.
func (w *world) open(t *testing.T, revision string) {
	t.Helper()
	w.patch(t, &v1alpha1.Gate{}, w.key(), fmt.Sprintf(`{"metadata":{"annotations":{%q:%q,%q:"a test"}}}`, v1alpha1.AnnotationOpen, revision, v1alpha1.AnnotationOpenReason))
}

func (w *world) patch(t *testing.T, o client.Object, key client.ObjectKey, patch string) {
	t.Helper()
	o.SetNamespace(key.Namespace)
	o.SetName(key.Name)
	must(t, w.Client.Patch(t.Context(), o, client.RawPatch(types.MergePatchType, []byte(patch))))
}

// patchApp changes the Application as an administrator.
func (w *world) patchApp(t *testing.T, patch string) {
	t.Helper()
	w.patch(t, w.argo.Object(t, "Application", w.app()), client.ObjectKey{Namespace: argobed.Namespace, Name: w.app()}, patch)
}

// waitOpen waits until the Gate is open for a revision.
func (w *world) waitOpen(t *testing.T, revision string) {
	t.Helper()
	bed.WaitFor(t, patience, "the Gate is open for "+revision, func() (bool, string) {
		opened := w.Gate(t, w.key()).Status.OpenedRevision
		return opened == revision, opened
	})
}

// waitApplied waits until the CassandraCluster carries a revision, and returns how long after the opening of the Gate it was written.
func (w *world) waitApplied(t *testing.T, revision string) time.Duration {
	t.Helper()
	var took time.Duration
	bed.WaitFor(t, patience, "the CassandraCluster carries "+revision, func() (bool, string) {
		opened := w.when(t, "gates/status", "status", "openedRevision", revision)
		applied := w.when(t, "cassandraclusters", "metadata", "annotations", v1alpha1.AnnotationRevision, revision)
		took = applied.Sub(opened)
		return !opened.IsZero() && !applied.IsZero(), fmt.Sprintf("opened %s, applied %s", opened, applied)
	})
	return took
}

// when is when an object was first written that has a value at a path: the last of what follows.
func (w *world) when(t *testing.T, resource string, pathAndValue ...string) time.Time {
	t.Helper()
	path, value := pathAndValue[:len(pathAndValue)-1], pathAndValue[len(pathAndValue)-1]
	for _, e := range w.events(t) {
		if found, _, _ := unstructured.NestedString(e.ResponseObject, path...); e.Write() && e.Is(resource) && found == value {
			return e.StageTimestamp
		}
	}
	return time.Time{}
}

// asked counts the requests of the gate about Applications, by verb and code, as in "patch 200".
func (w *world) asked(t *testing.T) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, e := range w.events(t) {
		if e.Is("applications") && w.byGate(e) {
			counts[fmt.Sprint(e.Verb, " ", e.ResponseStatus.Code)]++
		}
	}
	return counts
}

// askedAfter is how long after each opening the gate asked Argo CD to try again, sorted.
func (w *world) askedAfter(t *testing.T) (took []time.Duration) {
	t.Helper()
	var opened time.Time
	for revision, i := "", 0; i < len(w.events(t)); i++ {
		e := w.seen[i]
		now, _, _ := unstructured.NestedString(e.ResponseObject, "status", "openedRevision")
		switch {
		case e.Write() && e.Is("gates/status") && now != revision:
			revision, opened = now, e.StageTimestamp
		case e.Write() && e.Is("applications") && w.byGate(e):
			took = append(took, e.StageTimestamp.Sub(opened))
		}
	}
	slices.Sort(took)
	return took
}

func (w *world) byGate(e bed.Event) bool {
	return e.User.Username == "system:serviceaccount:"+bed.GateNamespace+":"+bed.GateServiceAccount
}

func (w *world) events(t *testing.T) []bed.Event {
	t.Helper()
	w.seen = append(w.seen, w.audit.Next(t)...)
	return w.seen
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
