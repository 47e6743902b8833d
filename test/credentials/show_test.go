package credentials

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// varying is what differs from run to run, or is so only here, and what stands in its place.
var varying = []struct {
	*regexp.Regexp
	plain string
}{
	{regexp.MustCompile(`(?m)^warning: .* leads nowhere from another machine.*\n`), ""}, // these clusters are on this machine
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "2027-11-22T08:00:00Z"},
	{regexp.MustCompile(`https://127\.[0-9.:]+`), "https://10.1.0.10:6443"},
}

// TestWhatAUserSees holds what docs/credentials.md shows against what is printed.
func TestWhatAUserSees(t *testing.T) {
	const namespace = "cassandra-e2e"
	install(t, namespace)
	before := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "k8s-cluster1"}}
	if err := client.IgnoreNotFound(clusters[1].Client.Delete(t.Context(), before)); err != nil {
		t.Fatal(err)
	}
	for _, session := range []struct{ name, line string }{
		{"export", "gate export --context cluster1 -n cassandra-e2e --as k8s-cluster1 | kubectl --context cluster2 apply -f -"},
		{"dry-run", "gate export --context cluster1 -n cassandra-e2e --as k8s-cluster1 --create --dry-run"},
		{"rotate", "gate rotate k8s-cluster1 --context cluster2 -n cassandra-e2e --from-context cluster1"},
	} {
		out := works(t, workstation(t), session.line)
		golden(t, session.name, "$ "+session.line+"\n"+out.Stderr+out.Stdout)
	}
}

// golden holds text against a file.
func golden(t *testing.T, name, text string) {
	t.Helper()
	for _, v := range varying {
		text = v.ReplaceAllString(text, v.plain)
	}
	file := filepath.Join("testdata/show", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
