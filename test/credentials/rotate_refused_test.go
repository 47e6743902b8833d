package credentials

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// TestRotateLeavesTheSecret: whatever goes wrong, at whatever step, the Secret is what it was, and it says why.
func TestRotateLeavesTheSecret(t *testing.T) {
	const namespace, line = "kept", renew + "-n kept k8s-cluster1"
	install(t, namespace)
	clusters[0].ServiceAccount(t, namespace, "operator")
	reader := func() *rest.Config { return clusters[0].ReaderIdentity(t, namespace) }
	good := func() map[string][]byte { return kubemcsa(t, reader(), namespace) }
	looker := user(t, clusters[1], namespace, "looker", "get")
	for name, tt := range map[string]struct {
		data             map[string][]byte
		kubeconfig, line string
		want             string
	}{
		"no Secret": {good(), workstation(t), renew + "-n kept k8s-cluster3",
			"there is no Secret kept/k8s-cluster3 at " + clusters[1].Config.Host + ": make it with gate export"},
		"no right to read it": {good(), contexts(t, map[string]*rest.Config{"cluster1": clusters[0].Config, "cluster2": clusters[1].User(t, "stranger")}), line,
			"read Secret kept/k8s-cluster1 at " + clusters[1].Config.Host + ": secrets \"k8s-cluster1\" is forbidden: User \"stranger\" cannot get resource \"secrets\" in API group \"\" in the namespace \"kept\""},
		"no right to write it, which shows last": {good(), contexts(t, map[string]*rest.Config{"cluster1": clusters[0].Config, "cluster2": looker}), line,
			"write Secret kept/k8s-cluster1 at " + clusters[1].Config.Host + ": secrets \"k8s-cluster1\" is forbidden: User \"looker\" cannot patch resource \"secrets\" in API group \"\" in the namespace \"kept\": the old token stays there"},
		"no right to make a token": {good(), contexts(t, map[string]*rest.Config{"cluster1": clusters[0].User(t, "stranger"), "cluster2": clusters[1].Config}), line,
			"no token of ServiceAccount kept/casskop-gitops-reader: serviceaccounts \"casskop-gitops-reader\" is forbidden: User \"stranger\" cannot create resource \"serviceaccounts/token\" in API group \"\" in the namespace \"kept\": whoever asks needs the verb create of serviceaccounts/token there"},
		"a token of another account": {kubemcsa(t, clusters[0].WithToken(clusters[0].Token(t, namespace, "operator", time.Hour)), namespace), workstation(t), line,
			"the Secret kept/k8s-cluster1 holds a token of system:serviceaccount:kept:operator, want one of system:serviceaccount:kept:casskop-gitops-reader: to renew that one, name it with --service-account and --from-namespace"},
		"a new token that may not read": {kubemcsa(t, clusters[0].WithToken(clusters[0].Token(t, namespace, "operator", time.Hour)), namespace), workstation(t), line + " --service-account operator",
			"ServiceAccount kept/operator may not get cassandraclusters, list cassandraclusters, watch cassandraclusters, get gates, list gates, watch gates: " + rendered + ", with gate.reader: operator in render.yaml, or give them with --create"},
		"the wrong cluster": {kubemcsa(t, clusters[1].ReaderIdentity(t, namespace), namespace), workstation(t), line,
			"the Secret kept/k8s-cluster1 leads to " + clusters[1].Config.Host + ", the token would come from " + clusters[0].Config.Host + ", and they have no CA in common: is it the same cluster? If it is, say so with --server " + clusters[1].Config.Host},
		"the wrong cluster, although a human says it is the right one": {kubemcsa(t, clusters[1].ReaderIdentity(t, namespace), namespace), workstation(t), line + " --server https://10.1.0.10",
			"the Secret kept/k8s-cluster1 leads to " + clusters[1].Config.Host + ", --server says https://10.1.0.10: to change it, make the Secret anew with gate export"},
		"a client certificate": {map[string][]byte{"config": bed.Kubeconfig(t, clusters[0].User(t, "somebody"), "any", "")}, workstation(t), line,
			"the Secret kept/k8s-cluster1 holds a client certificate: want a token alone; make it anew with gate export"},
		"a Secret that no gate reads": {map[string][]byte{"password": []byte("x")}, workstation(t), line,
			"the Secret kept/k8s-cluster1: the Secret has none of the keys config, value, value.yaml, kubeconfig, and not server, ca.crt and token: want a kubeconfig in one of the former: make it anew with gate export"},
		"a token that is none": {map[string][]byte{"server": []byte(clusters[0].Config.Host), "ca.crt": clusters[0].Config.CAData, "token": []byte("a")}, workstation(t), line,
			"the Secret kept/k8s-cluster1: it holds no token of a ServiceAccount: make it anew with gate export"},
	} {
		t.Run(name, func(t *testing.T) {
			before := put(t, namespace, tt.data)
			out := shell(t, tt.kubeconfig, tt.line)
			lines := strings.Split(strings.TrimSpace(out.Stderr), "\n")
			if got := lines[len(lines)-1]; out.Code != 1 || got != "error: "+tt.want {
				t.Errorf("exit %d, want 1\nwant error: %s\ngot  %s", out.Code, tt.want, got)
			}
			if after := secret(t, clusters[1], namespace, "k8s-cluster1"); after.ResourceVersion != before.ResourceVersion {
				t.Error("the Secret was written")
			}
		})
	}
}

// user has one right on Secrets in a namespace.
func user(t *testing.T, c *bed.Cluster, namespace, name string, verbs ...string) *rest.Config {
	t.Helper()
	give(t, c, namespace, name, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name},
		rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: verbs})
	return c.User(t, name)
}

// TestRotateOverAnotherAddress: the Secret leads to the API server by an address that is not that of the kubeconfig. They are known
// for one by their CA.
func TestRotateOverAnotherAddress(t *testing.T) {
	install(t, "inside")
	inside := rest.CopyConfig(clusters[0].ReaderIdentity(t, "inside"))
	inside.Host = "https://10.255.255.1:6443" // nobody is there
	put(t, "inside", kubemcsa(t, inside, "inside"))
	works(t, workstation(t), renew+"-n inside k8s-cluster1")
}

// TestRotateOfWhatFluxApplies is refused: Flux would put the old token back.
func TestRotateOfWhatFluxApplies(t *testing.T) {
	install(t, "gitops")
	data := map[string]any{}
	for key, value := range kubemcsa(t, clusters[0].ReaderIdentity(t, "gitops"), "gitops") {
		data[key] = base64Of(value)
	}
	applied := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Secret",
		"metadata": map[string]any{"namespace": "gitops", "name": "k8s-cluster1"}, "data": data}}
	if err := clusters[1].Apply(t.Context(), bed.FluxManager, applied); err != nil {
		t.Fatal(err)
	}
	out := shell(t, workstation(t), renew+"-n gitops k8s-cluster1")
	want := "error: the Secret gitops/k8s-cluster1 is applied by kustomize-controller, which would put the old token back: renew it where that takes it from, with gate export\n"
	if out.Code != 1 || !strings.HasSuffix(out.Stderr, want) {
		t.Errorf("exit %d, %q, want 1 and %q", out.Code, out.Stderr, want)
	}
}

// TestRotateWhileSomebodyElseWrites: the other's change is not lost.
func TestRotateWhileSomebodyElseWrites(t *testing.T) {
	install(t, "race")
	put(t, "race", kubemcsa(t, clusters[0].ReaderIdentity(t, "race"), "race"))
	clusters[0].ServiceAccount(t, "race", "minter")
	grant(t, clusters[0], "race", "minter", "minter", []string{""}, []string{"serviceaccounts/token"}, []string{"create"})
	proxy, touched := bed.NewTLSProxy(t, clusters[0]), false
	there := contexts(t, map[string]*rest.Config{"cluster1": proxy.Config(clusters[0].WithToken(clusters[0].Token(t, "race", "minter", time.Hour))), "cluster2": clusters[1].Config})
	proxy.Answer(0, nil, func(*http.Request) bool { // the Secret was read by now
		if !touched {
			touched = true
			s := secret(t, clusters[1], "race", "k8s-cluster1")
			s.Annotations = map[string]string{"touched": "yes"}
			if err := clusters[1].Client.Update(t.Context(), s); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	out := shell(t, there, renew+"-n race k8s-cluster1")
	if want := "error: the Secret race/k8s-cluster1 was changed by somebody else meanwhile, nothing was written: run it again\n"; out.Code != 1 || !strings.HasSuffix(out.Stderr, want) {
		t.Errorf("exit %d, %q, want 1 and %q", out.Code, out.Stderr, want)
	}
	if s := secret(t, clusters[1], "race", "k8s-cluster1"); s.Annotations["touched"] == "" {
		t.Error("the other's change is lost")
	}
}
