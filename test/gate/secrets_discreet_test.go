package gate

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/controller"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// discreet: no token that a Secret of the namespace holds or held, and no Event is made twice.
func discreet(t *testing.T, c *bed.Cluster, namespace string, process *bed.GateProcess) {
	t.Helper()
	gates, events := &v1alpha1.GateList{}, &eventsv1.EventList{}
	shown := ""
	for _, list := range []client.ObjectList{gates, events} {
		if err := c.Client.List(t.Context(), list, client.InNamespace(namespace)); err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		shown += string(encoded)
	}
	log, err := os.ReadFile(process.LogFile)
	if err != nil {
		t.Fatal(err)
	}
	if len(log) == 0 || len(events.Items) == 0 {
		t.Errorf("found %d bytes of log and %d Events: there is nothing to look through", len(log), len(events.Items))
	}
	for _, secret := range secretWords(t, c, namespace) {
		for where, text := range map[string]string{"the log": string(log), "a Gate or an Event": shown} {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s shows what a Secret holds: %s", where, text[max(at-100, 0):at])
			}
		}
	}
	once(t, events.Items)
}

var jsonWebToken = regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.([\w-]+)`)

// secretWords are what must not be shown: the signature of each token in a Secret, and how any token of Kubernetes begins.
func secretWords(t *testing.T, c *bed.Cluster, namespace string) (words []string) {
	t.Helper()
	secrets := &corev1.SecretList{}
	if err := c.Client.List(t.Context(), secrets, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets.Items {
		for _, value := range secret.Data {
			for _, token := range jsonWebToken.FindAllSubmatch(value, -1) {
				words = append(words, string(token[1]))
			}
		}
	}
	if len(words) == 0 {
		t.Errorf("the Secrets in %s hold no token: there is nothing to look for", namespace)
	}
	return append(words, "eyJhbGciOi") // {"alg":
}

// once: an Event is made when a gate says something else than before, not each time that it is looked at.
func once(t *testing.T, events []eventsv1.Event) {
	t.Helper()
	slices.SortFunc(events, func(a, b eventsv1.Event) int { return a.EventTime.Compare(b.EventTime.Time) })
	last := map[string]string{} // by Gate, and by what the Event is about: its state, or something beside it
	for _, e := range events {
		about, what := e.Regarding.Name, e.Reason+": "+e.Note
		if e.Reason == controller.ReasonCredentialsExpiring {
			about += ": " + what
		}
		if last[about] == what || e.Series != nil {
			t.Errorf("an Event was made again: Gate %s: %s", e.Regarding.Name, what)
		}
		last[about] = what
	}
}
