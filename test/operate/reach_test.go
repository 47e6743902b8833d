package operate

import (
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/status"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const bothContexts = "--contexts=k8s-cluster1,k8s-cluster2"

// reasons are what the program says of each cluster of the only ring: the cluster, its Gate's state, and its first problem.
func (w *world) reasons(args ...string) (got []string) {
	w.Helper()
	out := w.gate(append([]string{"status", "-o", "yaml"}, args...)...)
	var list status.List
	if err := yaml.UnmarshalStrict([]byte(out.Stdout), &list); err != nil || len(list.Items) != 1 {
		w.Fatalf("want one ring: %v\n%+v", err, out)
	}
	for _, c := range list.Items[0].Clusters {
		line := c.Cluster + " " + string(c.Gate.State)
		if len(c.Problems) > 0 {
			line += " " + c.Problems[0].Reason
			if c.Problems[0].NextStep == "" {
				w.Errorf("%s has no next step", line)
			}
		}
		got = append(got, line)
	}
	if out.Code != 1 || !strings.HasPrefix(out.Stderr, "error: ") {
		w.Errorf("want exit 1 and an error, got %+v", out)
	}
	return got
}

func (w *world) wantReasons(args []string, want ...string) {
	w.Helper()
	if diff := cmp.Diff(want, w.reasons(args...)); diff != "" {
		w.Errorf("gate status %v (-want +got):\n%s", args, diff)
	}
}

// TestClustersThatCannotBeSeen: each is a row with its reason, and the others are shown even so.
func TestClustersThatCannotBeSeen(t *testing.T) {
	w := newWorld(t, "unseen")
	const held = "k8s-cluster2 Held NotLookedAt"
	ring, byContexts := []string{"cassandra-demo"}, []string{"cassandra-demo", bothContexts}
	w.wantReasons(ring, "k8s-cluster1 Held NotLookedAt", held)

	t.Run("it is down", func(t *testing.T) {
		clusters[0].StopAPIServer(t)
		w.wantReasons(ring, "k8s-cluster1 Unknown ConnectionRefused", held)
		w.wantReasons(byContexts, "k8s-cluster1 Unknown ConnectionRefused", held)
		w.wantReasons([]string{bothContexts}, "k8s-cluster1 Unknown ConnectionRefused", held)
	})
	t.Run("it does not answer", func(t *testing.T) {
		clusters[0].PauseAPIServer(t)
		began := time.Now()
		w.wantReasons(append(byContexts, "--request-timeout=1s"), "k8s-cluster1 Unknown NotAnswering", held)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("it took %s", took)
		}
		clusters[0].ResumeAPIServer(t)
	})
	t.Run("the one here is down", func(t *testing.T) {
		clusters[1].StopAPIServer(t)
		w.wantReasons(ring, "k8s-cluster2 Unknown ConnectionRefused")
	})
	t.Run("the Secret is refused", func(t *testing.T) {
		secret := w.secret()
		secret.Data = map[string][]byte{"server": []byte("http://127.0.0.1:1"), "token": []byte("not for display"), "ca.crt": []byte("x")}
		w.must(clusters[1].Client.Update(t.Context(), secret))
		w.wantReasons(ring, "k8s-cluster1 Unknown PlainHTTPRefused", held)
		if out := w.gate("status", "cassandra-demo"); strings.Contains(out.Stdout+out.Stderr, "not for display") {
			t.Errorf("it shows the token: %+v", out)
		}
	})
	t.Run("the Secret is missing", func(t *testing.T) {
		w.must(clusters[1].Client.Delete(t.Context(), w.secret()))
		w.wantReasons(ring, "k8s-cluster1 Unknown SecretMissing", held)
		w.wantReasons(byContexts, "k8s-cluster1 Held NotLookedAt", held)
		watch := w.start("status", "cassandra-demo", "--watch")
		w.prints(watch, "k8s-cluster1: not reached: SecretMissing")
		w.tree.Connect(t, clusters...)
		w.prints(watch, "k8s-cluster1: gate held: NotLookedAt")
	})
}

// TestAChainNamesThePreviousClusterAlone: from the first cluster nothing leads on; the contexts do.
func TestAChainNamesThePreviousClusterAlone(t *testing.T) {
	w := newWorld(t, "chain")
	w.ring.Configure = func(o *v1alpha1.RenderConfig) { o.Gate.Serialize = v1alpha1.SerializeChain }
	w.commit("cassandra:4.0.5")
	const first, second = "k8s-cluster1 Held NotLookedAt", "k8s-cluster2 Held NotLookedAt"
	w.wantReasons([]string{"cassandra-demo"}, first, second)
	w.wantReasons([]string{"cassandra-demo", "--context=k8s-cluster1"}, first)
	w.wantReasons([]string{"cassandra-demo", bothContexts}, first, second)
}

// secret is the one in the second cluster that leads to the first.
func (w *world) secret() *corev1.Secret {
	w.Helper()
	secret := &corev1.Secret{}
	key := w.tree.Key()
	key.Name = clusters[0].Name
	w.must(clusters[1].Client.Get(w.Context(), key, secret))
	return secret
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// TestRightsOfAHuman: what is missing is named, and what the documents say is enough.
func TestRightsOfAHuman(t *testing.T) {
	w := newWorld(t, "rights")
	w.kubeconfig = w.kubeconfigOf(func(c *bed.Cluster) *rest.Config { return c.User(t, "bob") })
	ring := []string{"cassandra-demo"}
	w.wantReasons(ring, "k8s-cluster2 Unknown Forbidden")

	w.allow("bob", rbacv1.PolicyRule{APIGroups: []string{"casskop-gitops.dev"}, Resources: []string{"gates"}, Verbs: []string{"get", "list", "watch"}},
		rbacv1.PolicyRule{APIGroups: []string{"db.orange.com"}, Resources: []string{"cassandraclusters"}, Verbs: []string{"get", "list", "watch"}})
	w.wantReasons(ring, "k8s-cluster1 Unknown SecretNotYours", "k8s-cluster2 Held NotLookedAt")
	w.wantReasons([]string{"cassandra-demo", bothContexts}, "k8s-cluster1 Held NotLookedAt", "k8s-cluster2 Held NotLookedAt")

	w.allow("bob", rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: clusterNames(), Verbs: []string{"get"}})
	w.wantReasons(ring, "k8s-cluster1 Held NotLookedAt", "k8s-cluster2 Held NotLookedAt")

	refused := w.gate("open", "cassandra-demo", "--revision", w.tree.Revision, "--reason", "x")
	if want := "error: write Gate rights/cassandra-demo in context k8s-cluster2: "; refused.Code != 1 || !strings.HasPrefix(refused.Stderr, want) {
		t.Errorf("want exit 1 and %q, got %+v", want, refused)
	}
	w.allow("bob", rbacv1.PolicyRule{APIGroups: []string{"casskop-gitops.dev"}, Resources: []string{"gates"}, Verbs: []string{"patch"}})
	warned := w.gate("open", "cassandra-demo", "--revision", w.tree.Revision, "--reason", "x")
	if want := "warning: no Event could be made of it"; warned.Code != 0 || !strings.HasPrefix(warned.Stderr, want) || !strings.Contains(warned.Stdout, "x (bob)") {
		t.Errorf("want exit 0 and %q, got %+v", want, warned)
	}
	w.bind("bob", rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "system:aggregate-to-edit"}) // what edit is made of
	held := w.gate("hold", "cassandra-demo", "--reason", "y")
	if held.Code != 0 || !strings.HasPrefix(held.Stderr, "warning: it is opened by hand") || strings.Contains(held.Stderr, "no Event") {
		t.Errorf("got %+v", held)
	}
}

func clusterNames() (names []string) {
	for _, c := range clusters {
		names = append(names, c.Name)
	}
	return names
}

// allow gives a user rights in the ring's namespace of both clusters.
func (w *world) allow(user string, rules ...rbacv1.PolicyRule) {
	w.Helper()
	for _, c := range clusters {
		role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{GenerateName: user + "-", Namespace: w.ring.Namespace}, Rules: rules}
		w.must(c.Client.Create(w.Context(), role))
		w.bindIn(c, user, rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name})
	}
}

func (w *world) bind(user string, role rbacv1.RoleRef) {
	w.Helper()
	for _, c := range clusters {
		w.bindIn(c, user, role)
	}
}

func (w *world) bindIn(c *bed.Cluster, user string, role rbacv1.RoleRef) {
	w.Helper()
	w.must(c.Client.Create(w.Context(), &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{GenerateName: user + "-", Namespace: w.ring.Namespace},
		RoleRef: role, Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}}}))
}

// TestWhatIsNotThere: a name that is not known is said to be missing; a context of another ring is no part of this one.
func TestWhatIsNotThere(t *testing.T) {
	w := newWorld(t, "absent")
	w.wantReasons([]string{"cassandra-dmo"}, "k8s-cluster2 Missing GateMissing")
	none := w.gate("status", "-n", "default")
	if want := "error: there is no Gate in namespace default of context k8s-cluster2: say --context, --namespace or --all-namespaces\n"; none.Code != 1 || none.Stderr != want {
		t.Errorf("want %q, got %+v", want, none)
	}
	for _, verb := range [][]string{{"close"}, {"resume"}, {"hold", "--reason=x"}, {"open", "--reason=x", "--revision=00000000"}} {
		out := w.gate(append(verb, "cassandra-dmo")...)
		if want := "error: there is no Gate absent/cassandra-dmo in context k8s-cluster2: "; out.Code != 1 || !strings.HasPrefix(out.Stderr, want) {
			t.Errorf("gate %v: want %q, got %+v", verb, want, out)
		}
	}
	solo := bed.Ring{Name: "solo", Namespace: "solo", Clusters: clusterNames()[:1]}.Render(t)
	solo.InstallGates(t, clusters[0])
	clusters[1].Namespace(t, "solo")
	w.wantReasons([]string{bothContexts, "-n", "solo"}, "k8s-cluster1 Held NotLookedAt")
	w.wantReasons([]string{bothContexts, "-n", "solo", "solo"}, "k8s-cluster1 Held NotLookedAt", "k8s-cluster2 Missing GateMissing")
	if all := w.gate("status", "--all-namespaces", "--context=k8s-cluster1").Stdout; !strings.Contains(all, "absent/cassandra-demo\n") || !strings.Contains(all, "solo/solo\n") {
		t.Errorf("want the rings of all namespaces, got\n%s", all)
	}
	w.must(clusters[1].Client.Delete(t.Context(), clusters[1].Gate(t, w.tree.Key())))
	w.wantReasons([]string{bothContexts}, "k8s-cluster1 Held NotLookedAt", "k8s-cluster2 Missing GateMissing")
	if slices.Contains(w.reasons("cassandra-demo"), "k8s-cluster1 Held NotLookedAt") {
		t.Error("without a Gate here nothing leads to the others")
	}
}
