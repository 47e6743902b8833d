package argocd

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
)

func gateWith(id string) *v1alpha1.Gate {
	g := &v1alpha1.Gate{}
	g.Namespace, g.Name = "cassandra-e2e", "demo"
	g.Spec.WaitFor = []v1alpha1.WaitFor{{Cluster: "k8s-cluster1"}}
	if id != "" {
		g.Annotations = map[string]string{trackingID: id}
	}
	return g
}

func TestDeliveredBy(t *testing.T) {
	const another, outside = "which is of another object: want <application>:casskop-gitops.dev/Gate:cassandra-e2e/demo",
		"an Application outside of namespace argocd, the one of --argocd-namespace"
	for claim, test := range map[string]struct{ id, want, refusal string }{
		"the tracking id names the Application":           {"demo-hub:casskop-gitops.dev/Gate:cassandra-e2e/demo", "argocd/demo-hub", ""},
		"with its namespace, where that is another one's": {"argocd_demo-hub:casskop-gitops.dev/Gate:cassandra-e2e/demo", "argocd/demo-hub", ""},
		"Flux and kubectl leave none":                     {"", "/", ""},
		"one of another namespace is not ours":            {"team_demo:casskop-gitops.dev/Gate:cassandra-e2e/demo", "/", outside},
		"one without a name is none":                      {":casskop-gitops.dev/Gate:cassandra-e2e/demo", "/", outside},
		"nor with a namespace alone":                      {"argocd_:casskop-gitops.dev/Gate:cassandra-e2e/demo", "/", outside},
		"that of another name was copied":                 {"demo-hub:casskop-gitops.dev/Gate:cassandra-e2e/other", "/", another},
		"that of another namespace too":                   {"demo-hub:casskop-gitops.dev/Gate:other/demo", "/", another},
		"that of another kind too":                        {"demo-hub:db.orange.com/CassandraCluster:cassandra-e2e/demo", "/", another},
		"a name alone is no tracking id":                  {"demo-hub", "/", another},
		"nor is one with more behind it":                  {"demo-hub:casskop-gitops.dev/Gate:cassandra-e2e/demo:x", "/", another},
	} {
		t.Run(claim, func(t *testing.T) {
			got, err := (&Tool{Namespace: "argocd"}).deliveredBy(gateWith(test.id))
			if diff := cmp.Diff(test.want, got.String()); diff != "" {
				t.Errorf("Application (-want +got):\n%s", diff)
			}
			var want error
			if test.refusal != "" {
				want = notify.Refusal(fmt.Sprintf("annotation %s is %q, %s", trackingID, test.id, test.refusal))
			}
			if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDelivers(t *testing.T) {
	self := resource{"casskop-gitops.dev", "Gate", "cassandra-e2e", "demo"}
	other := resource{"casskop-gitops.dev", "Gate", "cassandra-e2e", "other"}
	for claim, test := range map[string]struct {
		to        destination
		resources []resource
		want      string
	}{
		"to the cluster that Argo CD runs in":         {destination{Server: inCluster}, []resource{other, self}, "<nil>"},
		"to the same, by Argo CD's name for it":       {destination{Name: "in-cluster"}, []resource{self}, "<nil>"},
		"to the same, by a name of yours":             {destination{Name: "k8s-cluster2"}, []resource{self}, "<nil>"},
		"to another cluster, by its address":          {destination{Server: "https://10.1.0.10:6443"}, []resource{self}, "Application argocd/demo delivers to another cluster: destination.server is https://10.1.0.10:6443, want https://kubernetes.default.svc, or the name of this cluster"},
		"to another cluster of the ring, by its name": {destination{Name: "k8s-cluster1"}, []resource{self}, "Application argocd/demo delivers to cluster k8s-cluster1, which this Gate waits for"},
		"something else":                              {destination{Server: inCluster}, []resource{other}, "Application argocd/demo does not list Gate cassandra-e2e/demo in status.resources"},
		"nothing yet":                                 {destination{Server: inCluster}, nil, "Application argocd/demo does not list Gate cassandra-e2e/demo in status.resources"},
	} {
		t.Run(claim, func(t *testing.T) {
			a := &application{}
			a.Metadata.Namespace, a.Metadata.Name = "argocd", "demo"
			a.Spec.Destination, a.Status.Resources = test.to, test.resources
			err := a.delivers(gateWith(""))
			if diff := cmp.Diff(test.want, fmt.Sprint(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if err != nil && !notify.Unavailable(err) {
				t.Error("it would be tried again at once, and logged each time")
			}
		})
	}
}
