package credentials

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const asks = "gate export --context cluster1 --as k8s-cluster1 -n "

// grant gives a ServiceAccount rights in its namespace.
func grant(t *testing.T, c *bed.Cluster, namespace, account, role string, groups, resources, verbs []string, names ...string) {
	t.Helper()
	give(t, c, namespace, role, rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: account},
		rbacv1.PolicyRule{APIGroups: groups, Resources: resources, Verbs: verbs, ResourceNames: names})
}

// give gives somebody rights in a namespace, by a Role of that name.
func give(t *testing.T, c *bed.Cluster, namespace, role string, to rbacv1.Subject, rule rbacv1.PolicyRule) {
	t.Helper()
	meta := metav1.ObjectMeta{Namespace: namespace, Name: role}
	for _, o := range []client.Object{
		&rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{rule}},
		&rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role}, Subjects: []rbacv1.Subject{to}},
	} {
		if err := c.Client.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
}

// made are the versions of the objects that --create may make; "" where there is none.
func made(t *testing.T, namespace, name string) map[string]string {
	t.Helper()
	versions := map[string]string{}
	for kind, version := range map[string]string{"ServiceAccount": "v1", "Role": "rbac.authorization.k8s.io/v1", "RoleBinding": "rbac.authorization.k8s.io/v1"} {
		o := &unstructured.Unstructured{}
		o.SetAPIVersion(version)
		o.SetKind(kind)
		err := clusters[0].Client.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, o)
		if client.IgnoreNotFound(err) != nil {
			t.Fatal(err)
		}
		versions[kind] = o.GetResourceVersion()
	}
	return versions
}

// TestCreate makes what is missing, once; what Flux then applies lies beside it.
func TestCreate(t *testing.T) {
	clusters[0].Namespace(t, "create")
	works(t, workstation(t), asks+"create --create")
	first := made(t, "create", bed.Reader)
	for kind, version := range first {
		if version == "" {
			t.Errorf("there is no %s", kind)
		}
	}
	works(t, workstation(t), asks+"create --create")
	if diff := cmp.Diff(first, made(t, "create", bed.Reader)); diff != "" {
		t.Errorf("the second time it wrote (-first +second):\n%s", diff)
	}
	install(t, "create")
	if diff := cmp.Diff(first["Role"], made(t, "create", bed.Reader)["Role"]); diff != "" {
		t.Errorf("what render wrote changed the Role (-before +after):\n%s", diff)
	}
	works(t, workstation(t), asks+"create")
}

// TestCreateLeavesWhatIsThere: with what render wrote in place, there is nothing to make.
func TestCreateLeavesWhatIsThere(t *testing.T) {
	install(t, "present")
	before := made(t, "present", bed.Reader)
	works(t, workstation(t), asks+"present --create")
	if diff := cmp.Diff(before, made(t, "present", bed.Reader)); diff != "" || before["Role"] != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
}

// TestCreateOfForeignRights: a Role of that name that somebody else keeps is not taken over.
func TestCreateOfForeignRights(t *testing.T) {
	clusters[0].ServiceAccount(t, "foreign", bed.Reader)
	grant(t, clusters[0], "foreign", bed.Reader, bed.Reader, []string{""}, []string{"pods"}, []string{"get"})
	out := shell(t, workstation(t), asks+"foreign --create")
	if want := "error: make Role foreign/casskop-gitops-reader: Apply failed with 1 conflict"; out.Code != 1 || !strings.Contains(out.Stderr, want) {
		t.Errorf("exit %d, %q, want 1 and %q", out.Code, out.Stderr, want)
	}
}

// TestDryRun prints the objects as render writes them, but for the name of the Role, and asks the API server for nothing.
func TestDryRun(t *testing.T) {
	tree := install(t, "dry")
	audit := clusters[0].Audit(t)
	out := works(t, workstation(t), asks+"dry --create --long-lived --dry-run")
	printed := byKind(t, []byte(out.Stdout), bed.Reader)
	manifests, err := bed.Build(tree.Gate(clusters[0].Name))
	if err != nil {
		t.Fatal(err)
	}
	render := byKind(t, manifests, "-gate-reader")
	for kind, want := range byKind(t, manifests, bed.Reader) {
		render[kind] = want
	}
	for _, kind := range []string{"ServiceAccount", "Role", "RoleBinding"} {
		for _, o := range []*unstructured.Unstructured{printed[kind], render[kind]} {
			unstructured.RemoveNestedField(o.Object, "metadata", "labels")
			if kind != "ServiceAccount" {
				unstructured.RemoveNestedField(o.Object, "metadata", "name")
				unstructured.RemoveNestedField(o.Object, "roleRef", "name")
			}
		}
		if diff := cmp.Diff(render[kind].Object, printed[kind].Object); diff != "" {
			t.Errorf("%s (-render +export):\n%s", kind, diff)
		}
	}
	token := byKind(t, []byte(out.Stdout), bed.Reader+"-token")["Secret"]
	if token == nil || token.Object["type"] != "kubernetes.io/service-account-token" || token.Object["data"] != nil {
		t.Errorf("the Secret for the token is %v", token)
	}
	for _, e := range audit.Next(t) {
		if strings.HasPrefix(e.UserAgent, "casskop-gitops") {
			t.Errorf("it asked for %s %s", e.Verb, e.RequestURI)
		}
	}
	out = works(t, workstation(t), asks+"dry --dry-run")
	if want := "dry run: nothing would be made; a token of ServiceAccount dry/casskop-gitops-reader for 8760h0m0s would be asked for\n"; out.Stderr != want || out.Stdout != "" {
		t.Errorf("want %q, got %q and %q", want, out.Stderr, out.Stdout)
	}
}

// byKind are the objects whose names end in a word.
func byKind(t *testing.T, manifests []byte, name string) map[string]*unstructured.Unstructured {
	t.Helper()
	objects, err := bed.Decode(manifests)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*unstructured.Unstructured{}
	for _, o := range objects {
		if strings.HasSuffix(o.GetName(), name) {
			found[o.GetKind()] = o
		}
	}
	return found
}

// TestDryRunLeavesNothing: not even where all is missing.
func TestDryRunLeavesNothing(t *testing.T) {
	clusters[0].Namespace(t, "untouched")
	works(t, workstation(t), asks+"untouched --create --long-lived --dry-run")
	for kind, version := range made(t, "untouched", bed.Reader) {
		if version != "" {
			t.Errorf("a %s was made", kind)
		}
	}
	key := client.ObjectKey{Namespace: "untouched", Name: bed.Reader + "-token"}
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Secret"}}
	if err := clusters[0].Client.Get(t.Context(), key, o); !apierrors.IsNotFound(err) {
		t.Errorf("a Secret was made: %v", err)
	}
}
