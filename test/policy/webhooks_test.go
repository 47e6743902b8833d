package policy

import (
	"cmp"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const gateMissing = "no Gate: there is no Gate cassandra-e2e/cassandra-demo, and the CassandraCluster carries annotation casskop-gitops.dev/revision, " +
	"or did; apply the folder gate/ of the ring first"

// webhookObjects is base/gate with the component webhook, or another folder of testdata, without the policies. There is no network of pods
// here, so the Service leads to the front.
func webhookObjects(t *testing.T, folder ...string) (objects []*unstructured.Unstructured) {
	t.Helper()
	manifests, err := bed.Build(filepath.Join("testdata", cmp.Or(strings.Join(folder, ""), "webhook")))
	if err != nil {
		t.Fatal(err)
	}
	all, err := bed.Decode(manifests)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		switch kind := o.GetKind(); {
		case strings.Contains(kind, "AdmissionPolicy"):
			continue
		case kind == "Service":
			o.Object["spec"] = map[string]any{"type": "ExternalName", "externalName": "localhost"}
		case strings.HasSuffix(kind, "WebhookConfiguration"):
			for _, w := range o.Object["webhooks"].([]any) {
				set(int64(newFront().port()), "clientConfig", "service", "port")(&unstructured.Unstructured{Object: w.(map[string]any)})
			}
		}
		objects = append(objects, o)
	}
	return objects
}

// installWebhooks installs what kubectl would, and the gate folder of the sample without what is for policies.
func installWebhooks(t *testing.T, c *bed.Cluster) {
	t.Helper()
	if err := c.Apply(t.Context(), "bed", webhookObjects(t)...); err != nil {
		t.Fatal(err)
	}
	objects, err := rendered()
	if err != nil {
		t.Fatal(err)
	}
	objects = slices.DeleteFunc(slices.Clone(objects), func(o *unstructured.Unstructured) bool {
		return o.GetKind() == "CassandraCluster" || o.GetKind() == "ValidatingAdmissionPolicyBinding"
	})
	if err := c.Apply(t.Context(), "bed", objects...); err != nil {
		t.Fatal(err)
	}
	lead(t, c)
}

// lead takes the controller's lease for a day, so that no replica writes a status: the tests do.
func lead(t *testing.T, c *bed.Cluster) {
	t.Helper()
	lease := &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Namespace: bed.GateNamespace, Name: "casskop-gitops-gate"},
		Spec: coordinationv1.LeaseSpec{HolderIdentity: ptr.To("the tests"), LeaseDurationSeconds: ptr.To(int32(24 * 3600)),
			AcquireTime: ptr.To(metav1.NowMicro()), RenewTime: ptr.To(metav1.NowMicro())},
	}
	if err := c.Client.Create(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
}

// replica is a running gate that serves webhooks.
type replica struct {
	*bed.GateProcess
	address string
}

// serveWebhook starts a replica, with the rights that the component gives it, and puts it behind the Service when it is ready.
func serveWebhook(t *testing.T) *replica {
	t.Helper()
	c := cluster(t)
	address := freeAddress(t)
	g := bed.StartGate(t, bed.GateOptions{Kubeconfig: bed.KubeconfigFile(t, c.GateIdentity(t)), LeaderElect: true,
		Args: []string{"--webhook-bind-address=" + address}})
	g.WaitReady(t)
	newFront().add(t, address)
	return &replica{g, address}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}
