package policy

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// patience is how long anything here may take. The API server looks for changed policies once a second.
const patience = 60 * time.Second

func TestMain(m *testing.M) {
	os.Exit(bed.MainWith(m, policies.c, webhooks.c))
}

// installPolicies installs base/gate and the gate folder of the sample as kubectl installs them, and has all policies at work.
func installPolicies(t *testing.T, c *bed.Cluster) {
	t.Helper()
	mustKubectl(t, "apply", "-k", baseGate())
	mustCreate(t, cassandraCluster(v2, legacy)) // before there is a Gate for it
	mustKubectl(t, "apply", "-k", filepath.Join(overlay(), "gate"))
	mustKubectl(t, "apply", "-f", "testdata/eye.yaml")
	waitForPolicies(t, c.Client)
}

func baseGate() string { return filepath.Join(bed.Root(), "base/gate") }

// overlay is the folder of the sample's ring in its second cluster.
func overlay() string { return filepath.Join(bed.Root(), "clusters/k8s-cluster2", ring.Name) }

// write puts content into a file of the test.
func write(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "manifest.yaml")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// waitForPolicies waits until the ring's binding is at work, and the other policies. A create of an object that exists is denied before it fails.
func waitForPolicies(t *testing.T, c client.Client) {
	t.Helper()
	bed.WaitFor(t, patience, "the policy holds "+ring.Name, func() (bool, string) {
		err := c.Create(t.Context(), cassandraCluster(v2, ring))
		if err == nil {
			err = c.Delete(t.Context(), cassandraCluster(v2, ring))
		}
		return outcomeOf(err).Said != "", errorText(err)
	})
	bed.WaitFor(t, patience, "the eye is open", func() (bool, string) {
		return look(t) != "", "it sees nothing"
	})
	bed.WaitFor(t, patience, "seeds are written", func() (bool, string) {
		o := cassandraCluster(v2, client.ObjectKey{Namespace: seedsNamespace, Name: "probe"}, annotation(seedlist, "a"))
		err := c.Create(t.Context(), o, client.DryRunAll)
		return err == nil && o.Object["status"] != nil, errorText(err)
	})
}

func errorText(err error) string {
	if err == nil {
		return "it passed"
	}
	return err.Error()
}
