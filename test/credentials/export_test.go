package credentials

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestExport: what is printed goes through kubectl into the other cluster, is what kubemcsa would have printed, and opens cluster1 to it.
func TestExport(t *testing.T) {
	install(t, "export")
	out := works(t, workstation(t), "gate export --context cluster1 --namespace export --as k8s-cluster1 | kubectl --context cluster2 apply -f -")
	got := secret(t, clusters[1], "export", "k8s-cluster1")
	c := reads(t, got, "export")
	want := bed.KubemcsaSecret(t, client.ObjectKeyFromObject(got), clusters[0].WithToken(c.Token), "export")
	if diff := cmp.Diff(want.Data, got.Data); diff != "" || got.Type != want.Type {
		t.Errorf("Secret of type %s, want %s (-want +got):\n%s", got.Type, want.Type, diff)
	}
	if lasts := time.Until(c.Expires); lasts < 8759*time.Hour || lasts > 8761*time.Hour {
		t.Errorf("the token lasts %s, want a year", lasts)
	}
	for key, want := range map[string]string{
		v1alpha1.AnnotationExportedFrom: "ServiceAccount export/casskop-gitops-reader at " + clusters[0].Config.Host,
		v1alpha1.AnnotationTokenExpires: c.Expires.Format(time.RFC3339),
	} {
		if got := got.Annotations[key]; got != want {
			t.Errorf("annotation %s is %q, want %q", key, got, want)
		}
	}
	if want := "Secret export/k8s-cluster1: token of ServiceAccount export/casskop-gitops-reader at "; !strings.Contains(out.Stderr, want) {
		t.Errorf("it says %q, want %q", out.Stderr, want)
	}
}

// TestExportAsKubemcsaWasCalled: the line of Multi-CassKop's documentation works with another name of the program.
func TestExportAsKubemcsaWasCalled(t *testing.T) {
	const namespace = "cassandra-e2e"
	for _, c := range clusters {
		c.ServiceAccount(t, namespace, "cassandra-operator")
	}
	installRing(t, bed.Ring{Name: "operated", Namespace: namespace, Configure: func(c *v1alpha1.RenderConfig) { c.Gate.Reader = "cassandra-operator" }})
	works(t, workstation(t), "gate export --context=cluster2 --namespace cassandra-e2e cassandra-operator --as k8s-cluster2 | kubectl apply -f -")
	reads(t, secret(t, clusters[0], namespace, "k8s-cluster2"), namespace)
}

// TestShortenedToken: the second cluster grants two days.
func TestShortenedToken(t *testing.T) {
	install(t, "short")
	out := works(t, workstation(t), "gate export --context cluster2 -n short --as k8s-cluster2")
	want := "warning: the token lasts 48h0m0s, not 8760h0m0s: " + clusters[1].Config.Host + " grants no more"
	if !strings.Contains(out.Stderr, want) {
		t.Errorf("it says %q, want %q", out.Stderr, want)
	}
	out = works(t, workstation(t), "gate export --context cluster2 -n short --as k8s-cluster2 --duration 48h")
	if strings.Contains(out.Stderr, "lasts") {
		t.Errorf("it says %q, want no warning: it got what it asked for", out.Stderr)
	}
}

// TestLongLived: the token comes from a Secret that kube-controller-manager fills, and has no end.
func TestLongLived(t *testing.T) {
	install(t, "forever")
	clusters[0].StartControllerManager(t)
	out := works(t, workstation(t), "gate export --context cluster1 -n forever --as k8s-cluster1 --long-lived --to-namespace elsewhere")
	exported := &corev1.Secret{}
	if err := yaml.UnmarshalStrict([]byte(out.Stdout), exported); err != nil {
		t.Fatal(err)
	}
	c := reads(t, exported, "forever")
	if !c.Expires.IsZero() || exported.Annotations[v1alpha1.AnnotationTokenExpires] != "never" || exported.Namespace != "elsewhere" {
		t.Errorf("the token in namespace %s ends %s, annotations %v, want elsewhere, and no end", exported.Namespace, c.Expires, exported.Annotations)
	}
	made := secret(t, clusters[0], "forever", "casskop-gitops-reader-token")
	works(t, workstation(t), "gate export --context cluster1 -n forever --as k8s-cluster1 --long-lived")
	if again := secret(t, clusters[0], "forever", made.Name); again.ResourceVersion != made.ResourceVersion {
		t.Error("the second time it was written again")
	}
}

// TestTokenThatNobodyFills: without a kube-controller-manager it ends and says why.
func TestTokenThatNobodyFills(t *testing.T) {
	t.Parallel()
	install(t, "unfilled")
	out := shell(t, workstation(t), "gate export --context cluster2 -n unfilled --as k8s-cluster2 --long-lived")
	want := "error: nothing has put a token into Secret unfilled/casskop-gitops-reader-token for 30s: see whether kube-controller-manager works at " +
		clusters[1].Config.Host + ", or leave --long-lived out\n"
	if out.Code != 1 || !strings.HasSuffix(out.Stderr, want) || out.Stdout != "" {
		t.Errorf("exit %d, %q, want 1 and %q", out.Code, out.Stderr, want)
	}
}
