package policy

import (
	"net/http"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// enforcer is a cluster, and who enforces the two rules in it.
type enforcer struct {
	name    string
	c       *bed.Cluster
	install func(*testing.T, *bed.Cluster)
	// serve is called by each test that shares the tables
	serve func(*testing.T)
	// a denial holds these words, ends with denied, and then says why
	words, denied string
	// ringWords are those about the ring. Which of two bindings is named is up to the API server
	ringWords string
	// noGate is what follows when the Gate of a ring is missing
	noGate outcome

	begun, installed bool
}

var (
	// policies: the API server enforces by itself.
	policies = &enforcer{
		name: "policies", c: &bed.Cluster{Name: "k8s-cluster2"}, serve: func(*testing.T) {},
		words: "ValidatingAdmissionPolicy '", denied: "' denied request: ", noGate: outcome{http.StatusUnprocessableEntity, noGate},
		ringWords: `cassandraclusters.db.orange.com "cassandra-demo" is forbidden: ValidatingAdmissionPolicy 'casskop-gitops-gate' with binding 'casskop-gitops-`,
	}
	// webhooks: it has no policies, as older ones have none.
	webhooks = &enforcer{
		name: "webhooks", c: &bed.Cluster{Name: "older", APIServerArgs: []string{
			"--disable-admission-plugins=ValidatingAdmissionPolicy,MutatingAdmissionPolicy"}},
		words: `admission webhook "`, denied: `" denied the request: `, noGate: forbidden(gateMissing),
		ringWords: `.gate.casskop-gitops.dev`,
	}
	// at is the enforcer under test.
	at = policies
)

func init() { // they call what reads at
	policies.install, webhooks.install = installPolicies, installWebhooks
	webhooks.serve = func(t *testing.T) { serveWebhook(t) }
}

// both plays a test against the policies, then against the webhooks: they give the same answers.
func both(t *testing.T, test func(*testing.T)) {
	t.Helper()
	for _, e := range []*enforcer{policies, webhooks} {
		t.Run(e.name, func(t *testing.T) {
			under(t, e)
			e.serve(t)
			test(t)
		})
	}
}

// under has the test use an enforcer.
func under(t *testing.T, e *enforcer) {
	at = e
	t.Cleanup(func() { at = policies })
}

// cluster is the cluster under test, with the gate and the gate folder of the sample installed.
func cluster(t *testing.T) *bed.Cluster {
	t.Helper()
	if !at.begun {
		at.begun = true
		at.c.Namespace(t, ring.Namespace, "flux-system", eyeNamespace, seedsNamespace)
		at.install(t, at.c)
		at.installed = true
	}
	if !at.installed {
		t.Fatal("the gate is not installed: see the test that failed first")
	}
	return at.c
}
