package policy

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// The eye is a policy of these tests alone (testdata/eye.yaml): it refuses every ConfigMap of this namespace, and says which state of
// the ring's Gate it sees. The API server gives all policies one view of Gates, some milliseconds old.
const eyeNamespace = "eye"

// noGate is what the API server says by itself when the Gate of a binding is not there.
const noGate = "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"

// look is what the eye says; empty before it is open.
func look(t *testing.T) string {
	t.Helper()
	o := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: eyeNamespace, Name: "eye"}}
	return outcomeOf(policies.c.Client.Create(t.Context(), o, client.DryRunAll)).Said
}

// waitUntilSeen waits until the policies see the Gate with this resourceVersion; empty: that there is none.
func waitUntilSeen(t *testing.T, resourceVersion string) {
	t.Helper()
	if at == webhooks {
		return // they read the Gate itself
	}
	want := "sees " + resourceVersion
	if resourceVersion == "" {
		want = noGate
	}
	bed.WaitFor(t, patience, "the policies have seen the Gate", func() (bool, string) {
		said := look(t)
		return said == want, "the eye says: " + said
	})
}
