package credentials

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const renew = "gate rotate --context cluster2 --from-context cluster1 "

// formats are the Secrets that lead to a cluster, by somebody who made them: kubemcsa, Flux and Cluster API, a human.
var formats = map[string]func(t *testing.T, reader *rest.Config, namespace string) map[string][]byte{
	"kubemcsa's": kubemcsa,
	"kubemcsa's kubeconfig alone": func(t *testing.T, reader *rest.Config, namespace string) map[string][]byte {
		return only(kubemcsa(t, reader, namespace), "config")
	},
	"server, ca.crt and token": func(t *testing.T, reader *rest.Config, namespace string) map[string][]byte {
		return only(kubemcsa(t, reader, namespace), "server", "ca.crt", "token")
	},
	"Flux's value":      under("value"),
	"Flux's value.yaml": under("value.yaml"),
	"a kubeconfig":      under("kubeconfig"),
	"a kubeconfig in JSON, by hand, beside what is nobody's business": func(_ *testing.T, reader *rest.Config, _ string) map[string][]byte {
		return map[string][]byte{"note": []byte("ask ops"), "kubeconfig": fmt.Appendf(nil, `{"kind": "Config", "apiVersion": "v1", "current-context": "it", "contexts": [{"name": "it", "context": {"cluster": "c", "user": "u"}}],
			"clusters": [{"name": "c", "cluster": {"server": %q, "certificate-authority-data": %q}}],  "users": [{"name": "u", "user": {"token": %q}}]}`,
			reader.Host, base64Of(reader.CAData), reader.BearerToken)}
	},
}

func kubemcsa(t *testing.T, reader *rest.Config, namespace string) map[string][]byte {
	return bed.KubemcsaSecret(t, client.ObjectKey{Name: "k8s-cluster1"}, reader, namespace).Data
}

func only(data map[string][]byte, keys ...string) map[string][]byte {
	maps.DeleteFunc(data, func(key string, _ []byte) bool { return !slices.Contains(keys, key) })
	return data
}

func under(key string) func(*testing.T, *rest.Config, string) map[string][]byte {
	return func(t *testing.T, reader *rest.Config, _ string) map[string][]byte {
		return map[string][]byte{key: bed.Kubeconfig(t, reader, "any", "")}
	}
}

// put makes the Secret k8s-cluster1 in a namespace of the second cluster, in place of the one that was there.
func put(t *testing.T, namespace string, data map[string][]byte) *corev1.Secret {
	t.Helper()
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "k8s-cluster1"}, Data: data}
	if err := client.IgnoreNotFound(clusters[1].Client.Delete(t.Context(), s)); err != nil {
		t.Fatal(err)
	}
	s.ResourceVersion, s.UID = "", ""
	if err := clusters[1].Client.Create(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRotateKeepsTheFormat: in each format the token is another one that works, and all else is what it was, byte for byte.
func TestRotateKeepsTheFormat(t *testing.T) {
	install(t, "formats")
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			before := put(t, "formats", format(t, clusters[0].ReaderIdentity(t, "formats"), "formats"))
			old := reads(t, before, "formats")
			works(t, workstation(t), renew+"-n formats k8s-cluster1")
			after := secret(t, clusters[1], "formats", "k8s-cluster1")
			renewed := reads(t, after, "formats")
			if renewed.Token == old.Token || !renewed.Expires.After(old.Expires) {
				t.Errorf("the token ends %s, and did %s before: want a new one that ends later", renewed.Expires, old.Expires)
			}
			for key, value := range after.Data {
				after.Data[key] = bytes.ReplaceAll(value, []byte(renewed.Token), []byte(old.Token))
			}
			if diff := cmp.Diff(before.Data, after.Data); diff != "" {
				t.Errorf("more than the token has changed (-before +after):\n%s", diff)
			}
		})
	}
}

// TestRotateAfterExport, twice, and an export after that: nobody is in the other's way.
func TestRotateAfterExport(t *testing.T) {
	install(t, "again")
	var tokens []string
	for _, line := range []string{
		"gate export -n again --as k8s-cluster1 --duration 1h | kubectl --context cluster2 apply -f -",
		renew + "-n again k8s-cluster1 --if-expires-within 720h",
		renew + "-n again k8s-cluster1",
		"gate export -n again --as k8s-cluster1 | kubectl --context cluster2 apply -f -",
		renew + "-n again k8s-cluster1",
	} {
		works(t, workstation(t), line)
		s := secret(t, clusters[1], "again", "k8s-cluster1")
		c := reads(t, s, "again")
		if slices.Contains(tokens, c.Token) {
			t.Errorf("%s: the token is an old one", line)
		}
		if got, want := s.Annotations[v1alpha1.AnnotationTokenExpires], c.Expires.Format(time.RFC3339); got != want {
			t.Errorf("%s: the annotation says that it ends %s, want %s", line, got, want)
		}
		tokens = append(tokens, c.Token)
	}
}

// TestRotateWhatIsNotDue leaves the Secret alone.
func TestRotateWhatIsNotDue(t *testing.T) {
	install(t, "fresh")
	reader := clusters[0].WithToken(clusters[0].Token(t, "fresh", bed.Reader, 721*time.Hour))
	before := put(t, "fresh", kubemcsa(t, reader, "fresh"))
	out := works(t, workstation(t), renew+"-n fresh k8s-cluster1 --if-expires-within 720h")
	after := secret(t, clusters[1], "fresh", "k8s-cluster1")
	if !strings.HasSuffix(out.Stderr, "not due, nothing was written\n") || after.ResourceVersion != before.ResourceVersion {
		t.Errorf("it says %q, and the version is %s, want %s", out.Stderr, after.ResourceVersion, before.ResourceVersion)
	}
	works(t, workstation(t), renew+"-n fresh k8s-cluster1 --if-expires-within 722h")
	if after := secret(t, clusters[1], "fresh", "k8s-cluster1"); after.ResourceVersion == before.ResourceVersion {
		t.Error("one that was due was not renewed")
	}
}

// TestGateGoesOnWhileItsTokenIsRotated: it takes the new token up, without a restart, and nobody hears of it.
func TestGateGoesOnWhileItsTokenIsRotated(t *testing.T) {
	tree := install(t, "running")
	works(t, workstation(t), "gate export -n running --as k8s-cluster1 | kubectl --context cluster2 apply -f -")
	process := clusters[1].RunGate(t, "running")
	held := clusters[1].WaitGate(t, tree.Key(), time.Minute, "held: NotCreated")
	pid, audit := process.PID(), clusters[0].Audit(t)
	works(t, workstation(t), renew+"-n running k8s-cluster1")
	watches := map[string]bool{}
	bed.WaitFor(t, time.Minute, "it watches with the new token", func() (bool, string) {
		for _, e := range audit.Next(t) {
			if e.Verb == "watch" && e.Stage == "ResponseStarted" && e.ObjectRef.Namespace == "running" {
				watches[e.ObjectRef.Resource] = true
			}
		}
		return watches["gates"] && watches["cassandraclusters"], fmt.Sprint(watches)
	})
	g := clusters[1].WaitGate(t, tree.Key(), time.Minute, "held: NotCreated")
	if process.PID() != pid || bed.Says(g) != bed.Says(held) {
		t.Errorf("process %d, gate %s, want %d and %s", process.PID(), bed.Says(g), pid, bed.Says(held))
	}
	log := works(t, workstation(t), "cat "+process.LogFile).Stdout
	if token.MatchString(log) || log == "" {
		t.Error("the log shows a token, or nothing")
	}
	events := works(t, workstation(t), "kubectl --context cluster2 get events -n running -o yaml").Stdout
	if token.MatchString(events) {
		t.Error("an Event shows a token")
	}
}
