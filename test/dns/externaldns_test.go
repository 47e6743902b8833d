package dns

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// startExternalDNS starts the real external-dns on a cluster, until the test ends: with the rights and the arguments that
// docs/external-dns.md shows, but for the name of the owner and for the interval, which is a second.
func startExternalDNS(t *testing.T, c *bed.Cluster, key string) *bed.Process {
	t.Helper()
	binary, err := bed.Binary("external-dns")
	must(t, err)
	manifests, err := os.ReadFile("testdata/external-dns.yaml")
	must(t, err)
	objects, err := bed.Decode(manifests)
	must(t, err)
	must(t, c.Apply(t.Context(), "bed", objects...))
	kubeconfig := bed.KubeconfigFile(t, c.WithToken(c.Token(t, "external-dns", "external-dns", time.Hour)))
	p := &bed.Process{Path: binary, Log: filepath.Join(c.Dir, "external-dns.log"), Args: append(args(t, objects, c.Name), "--kubeconfig="+kubeconfig),
		Env: append(os.Environ(), "EXTERNAL_DNS_RFC2136_TSIG_SECRET="+key)}
	t.Cleanup(func() { must(t, p.End(syscall.SIGTERM)) })
	must(t, p.Start())
	return p
}

// args are those of the Deployment, for the owner of a cluster.
func args(t *testing.T, objects []*unstructured.Unstructured, owner string) []string {
	t.Helper()
	var deployment appsv1.Deployment
	for _, o := range objects {
		if o.GetKind() == "Deployment" {
			must(t, runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &deployment))
		}
	}
	change := strings.NewReplacer("--txt-owner-id=k8s-cluster1", "--txt-owner-id="+owner, "--interval=10s", "--interval=1s")
	return strings.Split(change.Replace(strings.Join(deployment.Spec.Template.Spec.Containers[0].Args, "\n")), "\n")
}
