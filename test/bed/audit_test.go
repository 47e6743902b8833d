package bed

import (
	"fmt"
	"os"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

func TestAuditLogTellsWhoDidWhat(t *testing.T) {
	c := clusters[0]
	tree := installRing(t, "audited")
	audit := c.Audit(t)
	open(t, c, tree.Key())
	if err := c.Client.Delete(t.Context(), &v1alpha1.Gate{ObjectMeta: metav1.ObjectMeta{Namespace: "audited", Name: tree.Key().Name}}, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	cc := NewCassandraCluster(tree.Key())
	if err := c.Client.Create(t.Context(), cc, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	reader := clientFor(t, c.ReaderIdentity(t, "audited"))
	if err := reader.Get(t.Context(), client.ObjectKey{Namespace: "audited", Name: "secret"}, &corev1.Secret{}); err == nil {
		t.Error("the reader reads Secrets")
	}
	var got []string
	WaitFor(t, 10*time.Second, "all six requests are in the log", func() (bool, string) {
		for _, e := range audit.Next(t) {
			if e.ObjectRef != nil && e.ObjectRef.Namespace == "audited" {

				got = append(got, fmt.Sprintf("%s %s %s/%s %d write=%t %t %t", e.User.Username, e.Verb, e.ObjectRef.Resource, e.ObjectRef.Subresource,
					e.ResponseStatus.Code, e.Write(), e.RequestObject != nil, e.ResponseObject != nil))
			}
		}
		return len(got) >= 6, fmt.Sprintf("it has %q", got)
	})
	want := []string{
		"admin get gates/ 200 write=false false false",
		"admin update gates/status 200 write=true true true",
		"admin delete gates/ 200 write=false true true",
		"admin create cassandraclusters/ 201 write=false true true",
		"admin create serviceaccounts/token 201 write=true false false",
		"system:serviceaccount:audited:casskop-gitops-reader get secrets/ 403 write=false false false",
	}
	if diff := compare(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestAHalfWrittenLineIsReadLater(t *testing.T) {
	c := &Cluster{AuditLog: t.TempDir() + "/audit.log"}
	write := func(text string) {
		t.Helper()
		appendTo(t, c.AuditLog, text)
	}
	write(`{"verb":"old"}` + "\n")
	audit := c.Audit(t)
	write(`{"verb":"get","stageTimestamp":"2026-11-22T06:00:00.000001Z"}` + "\n" + `{"ver`)
	first := audit.Next(t)
	write(`b":"list"}` + "\n")
	second := audit.Next(t)
	if len(first) != 1 || first[0].Verb != "get" || first[0].StageTimestamp.Nanosecond() != 1000 || len(second) != 1 || second[0].Verb != "list" {
		t.Errorf("read %v and then %v", first, second)
	}
	if third := audit.Next(t); len(third) != 0 {
		t.Errorf("read %v at the end", third)
	}
}

func appendTo(t *testing.T, file, text string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
