package e2e

import (
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// playTopology: a fourth cluster joins, scales up and down, and restarts nobody else. Then the ring is taken out of git, and keeps its
// data. The seeds of this ring are addresses, so its gates ask them.
func playTopology(t *testing.T, sites []*fleet.Site) {
	m := small("topology")
	m.SeedPolicy = v1alpha1.SeedPolicyRequire
	addresses := map[string]string{}
	for dc := 1; dc <= 3; dc++ {
		address := fmt.Sprintf("127.254.%d.%d", os.Getpid()%256, dc) // test/bed and casskopbed take others
		addresses[fmt.Sprintf("topology-dc%d-rack1-0", dc)] = address
		m.Seeds = append(m.Seeds, address)
	}
	p := begin(t, m, casskopbed.Options{Addresses: addresses}, sites[:3]...)
	p.rollOut(t)

	others := uids(t, p.Members...)
	m.AddCluster(sites[3].Name, 4)
	p.Join(t, sites[3])
	p.rollOut(t)
	p.wantNodes(t, "topology-dc1-rack1-0", "topology-dc2-rack1-0", "topology-dc3-rack1-0", "topology-dc4-rack1-0")

	m.Overrides[sites[3].Name]["nodesPerRacks"] = 2
	p.rollOut(t)
	p.wantNodes(t, "topology-dc1-rack1-0", "topology-dc2-rack1-0", "topology-dc3-rack1-0", "topology-dc4-rack1-0", "topology-dc4-rack1-1")
	m.Overrides[sites[3].Name]["nodesPerRacks"] = 1
	p.rollOut(t)
	p.wantNodes(t, "topology-dc1-rack1-0", "topology-dc2-rack1-0", "topology-dc3-rack1-0", "topology-dc4-rack1-0")
	if diff := cmp.Diff(others, uids(t, p.Members[:3]...)); diff != "" {
		t.Errorf("pods of the other clusters (-before +after a fourth one joined, and was scaled):\n%s", diff)
	}
	p.judge(t, 3+4+4+4)

	all := uids(t, p.Members...)
	p.remove(t)
	for _, member := range p.Members {
		bed.WaitFor(t, soon, "Flux has removed the Gate in "+member.Name, func() (bool, string) {
			err := member.Client.Get(t.Context(), member.Key, &v1alpha1.Gate{})
			return client.IgnoreNotFound(err) == nil && err != nil, fmt.Sprint(err)
		})
		bed.WaitFor(t, soon, "Flux has removed its Kustomizations in "+member.Name, func() (bool, string) {
			left := string(member.Flux.Kustomization(t, p.Name).GetUID() + member.Flux.Kustomization(t, p.Name+"-gate").GetUID())
			return left == "", left
		})
		if _, readiness := member.State(t); !readiness.Ready {
			t.Errorf("the CassandraCluster in %s should have stayed as it was: %s", member.Name, readiness.Message)
		}
	}
	if diff := cmp.Diff(all, uids(t, p.Members...)); diff != "" {
		t.Errorf("pods (-before +after the ring was taken out of git):\n%s", diff)
	}
}

// wantNodes: the pods form one ring.
func (p *play) wantNodes(t *testing.T, names ...string) {
	t.Helper()
	if diff := cmp.Diff([][]string{names}, p.Cassandra.Rings()); diff != "" {
		t.Errorf("rings (-want +got):\n%s", diff)
	}
}

// remove takes the ring out of git: its MultiCasskop and what was rendered from it. Something else stays in the folder that Flux was
// bootstrapped on, as in life: from a folder that is gone it would remove nothing.
func (p *play) remove(t *testing.T) {
	t.Helper()
	c := p.Remove(t)
	for _, member := range p.Members {
		c.Tree["clusters/"+member.Name+"/flux/else.yaml"] = "{apiVersion: v1, kind: ConfigMap, metadata: {name: else, namespace: " + p.Name + "}}"
	}
	p.Push(t, c, p.Members...)
}
