package credentials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/docs"
)

// documented are the blocks of docs/credentials.md in a language, for a namespace of the test.
func documented(t *testing.T, language, namespace string) (blocks []string) {
	t.Helper()
	for _, b := range docs.RunBy(t) {
		if b.Language == language {
			blocks = append(blocks, strings.ReplaceAll(b.Text, "cassandra-e2e", namespace))
		}
	}
	return blocks
}

// TestCronJob does what docs/credentials.md says, word for word: the credential is exported, the manifests are applied, and what the
// CronJob runs is run, with the rights of its ServiceAccount.
func TestCronJob(t *testing.T) {
	const namespace = "cron"
	install(t, namespace)
	commands, manifests := documented(t, "sh", namespace), documented(t, "yaml", namespace)
	if len(commands) != 2 || len(manifests) != 1 {
		t.Fatalf("docs/credentials.md has %d commands and %d manifests, want 2 and 1", len(commands), len(manifests))
	}
	works(t, workstation(t), "gate export -n cron --as k8s-cluster1 --duration 1h | kubectl --context cluster2 apply -f -")
	works(t, workstation(t), commands[0])
	if err := clusters[1].ApplyYAML(t.Context(), []byte(manifests[0]), "test"); err != nil {
		t.Fatal(err)
	}
	job := &batchv1.CronJob{}
	if err := clusters[1].Client.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "k8s-cluster1-rotator"}, job); err != nil {
		t.Fatal(err)
	}
	pod := job.Spec.JobTemplate.Spec.Template.Spec
	takesPod(t, namespace, pod)

	before := reads(t, secret(t, clusters[1], namespace, "k8s-cluster1"), namespace)
	line, here := inPod(t, namespace, pod)
	works(t, here, line)
	after := reads(t, secret(t, clusters[1], namespace, "k8s-cluster1"), namespace)
	if after.Token == before.Token || time.Until(after.Expires) < 719*time.Hour {
		t.Errorf("the token ends %s, want a new one of 30 days", after.Expires)
	}
	if out := works(t, here, line); !strings.Contains(out.Stderr, "not due") {
		t.Errorf("the next day it says %q, want that it is not due", out.Stderr)
	}
	credential := secret(t, clusters[1], namespace, "k8s-cluster1-rotator")
	works(t, workstation(t), commands[1])
	if again := secret(t, clusters[1], namespace, credential.Name); again.ResourceVersion == credential.ResourceVersion {
		t.Error("the credential of the rotator was not renewed")
	}
	works(t, here, line)
	mayNoMore(t, here, from(t, namespace))
}

// inPod is the command line of the container, and the kubeconfig that stands for the pod's own identity.
func inPod(t *testing.T, namespace string, pod corev1.PodSpec) (line, kubeconfig string) {
	t.Helper()
	identity := clusters[1].WithToken(clusters[1].Token(t, namespace, pod.ServiceAccountName, time.Hour))
	mounted := pod.Containers[0].VolumeMounts[0].MountPath + "/" + pod.Volumes[0].Secret.Items[0].Path
	line = "gate -n " + namespace + " " + strings.Join(pod.Containers[0].Args, " ")
	if !strings.Contains(line, mounted) {
		t.Fatalf("%s does not name the file that is mounted, %s", line, mounted)
	}
	line = strings.Replace(line, "gate -n "+namespace+" rotate", "gate rotate -n "+namespace, 1)
	return strings.ReplaceAll(line, mounted, from(t, namespace)), contexts(t, map[string]*rest.Config{"cluster1": identity})
}

// from is the file that is mounted.
func from(t *testing.T, namespace string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, secret(t, clusters[1], namespace, "k8s-cluster1-rotator").Data["config"], 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// takesPod: a namespace of the strictest level takes the pod.
func takesPod(t *testing.T, namespace string, spec corev1.PodSpec) {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	patch := []byte(`{"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}`)
	if err := clusters[1].Client.Patch(t.Context(), ns, client.RawPatch("application/merge-patch+json", patch)); err != nil {
		t.Fatal(err)
	}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "rotator"}, Spec: spec}
	if err := clusters[1].Client.Create(t.Context(), pod, client.DryRunAll); err != nil {
		t.Error(err)
	}
}

// mayNoMore: neither the job's own identity nor its credential for the other cluster can do anything else.
func mayNoMore(t *testing.T, here, there string) {
	t.Helper()
	for _, tt := range []struct{ kubeconfig, right, want string }{
		{here, "get secrets/k8s-cluster1", "yes"},
		{here, "patch secrets/k8s-cluster1", "yes"},
		{here, "update secrets/k8s-cluster1", "no"},
		{here, "delete secrets/k8s-cluster1", "no"},
		{here, "get secrets/k8s-cluster1-rotator", "no"},
		{here, "patch secrets/k8s-cluster1-rotator", "no"},
		{here, "create secrets", "no"},
		{here, "list secrets", "no"},
		{here, "patch gates", "no"},
		{here, "patch cassandraclusters", "no"},
		{there, "create serviceaccounts/casskop-gitops-reader --subresource=token", "yes"},
		{there, "create serviceaccounts/casskop-gitops-rotator --subresource=token", "no"},
		{there, "create serviceaccounts/default --subresource=token", "no"},
		{there, "get serviceaccounts", "no"},
		{there, "get secrets", "no"},
		{there, "get gates", "no"},
		{there, "get cassandraclusters", "no"},
	} {
		out := shell(t, tt.kubeconfig, "kubectl auth can-i -n cron "+tt.right)
		if got := strings.TrimSpace(out.Stdout); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.right, got, tt.want)
		}
	}
}
