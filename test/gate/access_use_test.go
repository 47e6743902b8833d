package gate

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	coordinationv1 "k8s.io/api/coordination/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const (
	controllerUser = "system:serviceaccount:" + bed.GateNamespace + ":" + bed.GateServiceAccount
	tokenLife      = time.Hour
)

// TestRights: what the controller and the gates of other clusters may do is what they need for a rollout with leader election, Events and
// Flux: no more, and no less.
func TestRights(t *testing.T) {
	first, here := clusters[0], clusters[1]
	logs := []*bed.Audit{first.Audit(t), here.Audit(t)}
	tree := ringNamed(t, "privilege")
	tree.InstallGates(t, clusters...)
	tree.Connect(t, clusters...)
	checkRights(t, here, here.GateIdentity(t), controllerMay)
	checkRights(t, first, first.ReaderIdentity(t, "privilege"), othersMay)

	kustomizations := synced(t, here, tree)
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: bed.GateNamespace, Name: bed.GateServiceAccount}}
	if err := client.IgnoreNotFound(here.Client.Delete(t.Context(), lease)); err != nil { // that of a former test
		t.Fatal(err)
	}
	lead := func(o *bed.GateOptions) { o.LeaderElect, o.Namespaces = true, nil }
	process := here.RunGate(t, "", lead)
	letIn(t, first, tree)
	takenIn(t, first, tree, bed.Done)
	here.WaitGate(t, tree.Key(), soon, "open: "+gate.ReasonRuleMet)
	for _, k := range kustomizations {
		reconciled(t, here, k)
	}
	bed.WaitFor(t, soon, "an Event was written", func() (bool, string) { return len(eventsOf(t, here, tree.Key())) > 0, "none" })
	if err := process.Stop(); err != nil {
		t.Fatal(err)
	}

	checkUse(t, requestsOf(t, logs[1], controllerUser, "privilege"), controllerMay)
	checkUse(t, requestsOf(t, logs[0], "system:serviceaccount:privilege:"+bed.Reader, "privilege"), othersMay)
}

// TestRolesInOneNamespace: with --namespace no ClusterRoleBinding is needed. Gates elsewhere are not touched, nor asked for.
func TestRolesInOneNamespace(t *testing.T) {
	t.Parallel()
	const account, namespace, elsewhere = "gate-of-one-namespace", "roles-alone", "roles-elsewhere"
	here := clusters[1]
	audit := here.Audit(t)
	tree, other := ringNamed(t, namespace), ringNamed(t, elsewhere)
	for _, tree := range []*bed.Tree{tree, other} {
		tree.InstallGates(t, clusters...)
		tree.Connect(t, clusters...)
	}
	here.ServiceAccount(t, bed.GateNamespace, account)
	bind(t, here, namespace, account, "ClusterRole", bed.GateServiceAccount)
	bind(t, here, namespace, account, "Role", namespace+"-gate-secrets")
	identity := here.WithToken(here.Token(t, bed.GateNamespace, account, tokenLife))
	here.RunGate(t, namespace, func(o *bed.GateOptions) { o.Kubeconfig = bed.KubeconfigFile(t, identity) })

	letIn(t, clusters[0], tree)
	takenIn(t, clusters[0], tree, bed.Done)
	here.WaitGate(t, tree.Key(), soon, "open: "+gate.ReasonRuleMet)
	if g := here.Gate(t, other.Key()); g.Status.ObservedGeneration != -1 {
		t.Errorf("the Gate elsewhere was looked at: %+v", g.Status)
	}
	for _, e := range requestsOf(t, audit, "system:serviceaccount:"+bed.GateNamespace+":"+account, namespace) {
		if e.ResponseStatus.Code == 403 || e.ObjectRef != nil && e.ObjectRef.Namespace != namespace {
			t.Errorf("%s %s: %d", e.Verb, e.RequestURI, e.ResponseStatus.Code)
		}
	}
}

// ringNamed is a ring over all clusters whose name is that of its namespace, rendered.
func ringNamed(t *testing.T, name string) *bed.Tree {
	t.Helper()
	ring := bed.Ring{Name: name, Namespace: name}
	for _, c := range clusters {
		ring.Clusters = append(ring.Clusters, c.Name)
		if err := c.InstallGate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return ring.Render(t)
}

// requestsOf are those of a user that have been answered, about a namespace or about none, and the watches that began.
func requestsOf(t *testing.T, audit *bed.Audit, user, namespace string) []bed.Event {
	t.Helper()
	return slices.DeleteFunc(audit.Next(t), func(e bed.Event) bool {
		other := e.ObjectRef != nil && !slices.Contains([]string{"", namespace, bed.GateNamespace, "flux-system"}, e.ObjectRef.Namespace)
		return e.User.Username != user || other
	})
}

func bind(t *testing.T, c *bed.Cluster, namespace, account, kind, role string) {
	t.Helper()
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: account + "-" + role},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: role},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: bed.GateNamespace, Name: account}},
	}
	if err := c.Client.Create(t.Context(), binding); err != nil {
		t.Fatal(err)
	}
}

// synced makes the Kustomizations of a ring, in the order in which they are asked for a reconcile, and labels the Gate as Flux does.
func synced(t *testing.T, c *bed.Cluster, tree *bed.Tree) []*unstructured.Unstructured {
	t.Helper()
	manifests, err := os.ReadFile(filepath.Join(tree.Dir, "clusters", c.Name, "flux", tree.Key().Name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	kustomizations, err := bed.Decode(manifests)
	if err != nil || len(kustomizations) != 2 {
		t.Fatalf("found %d Kustomizations, want 2: %v", len(kustomizations), err)
	}
	if err := c.Apply(t.Context(), bed.FluxManager, kustomizations...); err != nil {
		t.Fatal(err)
	}
	before := c.Gate(t, tree.Key())
	after := before.DeepCopy()
	after.Labels["kustomize.toolkit.fluxcd.io/name"], after.Labels["kustomize.toolkit.fluxcd.io/namespace"] = tree.Key().Name+"-gate", "flux-system"
	if err := c.Client.Patch(t.Context(), after, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
	return kustomizations
}

// reconciled waits until a reconcile of a Kustomization is asked for, and answers as Flux does.
func reconciled(t *testing.T, c *bed.Cluster, k *unstructured.Unstructured) {
	t.Helper()
	var asked string
	bed.WaitFor(t, soon, "a reconcile of "+k.GetName()+" is asked for", func() (bool, string) {
		if err := c.Client.Get(t.Context(), client.ObjectKeyFromObject(k), k); err != nil {
			return false, err.Error()
		}
		asked = k.GetAnnotations()[fluxmeta.ReconcileRequestAnnotation]
		return asked != "", "it was not"
	})
	k.Object["status"] = map[string]any{
		"observedGeneration": k.GetGeneration(), "lastHandledReconcileAt": asked,
		"conditions": []any{map[string]any{"type": fluxmeta.ReadyCondition, "status": "True", "reason": fluxmeta.SucceededReason, "message": "applied",
			"lastTransitionTime": time.Now().UTC().Format(time.RFC3339)}},
	}
	if err := c.Client.Status().Update(t.Context(), k); err != nil {
		t.Fatal(err)
	}
}

// letIn opens the gate of a cluster in which no controller runs, and delivers there.
func letIn(t *testing.T, c *bed.Cluster, tree *bed.Tree) {
	t.Helper()
	g := c.Gate(t, tree.Key())
	g.Status = v1alpha1.GateStatus{ObservedGeneration: g.Generation, OpenedRevision: g.Spec.Revision}
	if err := c.Client.Status().Update(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	bed.WaitFor(t, soon, "the open gate lets the CassandraCluster in", func() (bool, string) {
		if err := tree.Deliver(t, c); err != nil {
			return false, err.Error()
		}
		return true, ""
	})
}

func takenIn(t *testing.T, c *bed.Cluster, tree *bed.Tree, state bed.State) {
	t.Helper()
	if err := c.Operator(t).TakeIn(t.Context(), tree.Key(), state); err != nil {
		t.Fatal(err)
	}
}
