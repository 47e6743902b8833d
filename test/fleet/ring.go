package fleet

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/fluxbed"
)

// Ring is one ring over some sites: its repository, and in each cluster its namespace, CassKop, its source for Flux, and the Secrets
// for the other clusters.
type Ring struct {
	*MultiCasskop
	*Repository
	// Members are its clusters, in the order of the rollout.
	Members []*Member
	// Cassandra is what its pods run.
	Cassandra *casskopbed.Cassandra

	options casskopbed.Options
}

// Member is a cluster of a ring.
type Member struct {
	*Site
	// Key is that of the Gate and of the CassandraCluster.
	Key client.ObjectKey
	// Source is where Flux in this cluster gets the ring from; nil without Flux.
	Source *fluxbed.Flux
	// CassKop works in its namespace.
	CassKop *casskopbed.Operator
}

// NewRing prepares a ring, up to the first commit.
func NewRing(t testing.TB, m *MultiCasskop, options casskopbed.Options, sites ...*Site) *Ring {
	t.Helper()
	r := &Ring{MultiCasskop: m, Repository: newRepository(t), Cassandra: casskopbed.NewCassandra(), options: options}
	r.options.Cassandra = r.Cassandra
	r.Join(t, sites...)
	return r
}

// Join prepares clusters as the next ones of the ring, and connects all with all.
func (r *Ring) Join(t testing.TB, sites ...*Site) {
	t.Helper()
	added := make([]*Member, len(sites))
	Each(t, sites, func(i int, s *Site) {
		s.Namespace(t, r.Name)
		added[i] = &Member{Site: s, Key: client.ObjectKey{Namespace: r.Name, Name: r.Name}, CassKop: casskopbed.Start(t, s.Cluster, r.Name, r.options)}
		if s.Flux != nil {
			added[i].Source = s.Flux.Source(t, r.source())
		}
	})
	r.Members = append(r.Members, added...)
	for _, m := range r.Members {
		r.Connect(t, m)
	}
}

// Connect gives all other clusters of the ring a Secret with a new token for one, whose reader is made where it is missing.
func (r *Ring) Connect(t testing.TB, remote *Member) {
	t.Helper()
	remote.ServiceAccount(t, r.Name, bed.Reader)
	reader := remote.ReaderIdentity(t, r.Name)
	for _, m := range r.Members {
		if m != remote {
			bed.Connect(t, m.Cluster, r.Name, remote.Name, reader)
		}
	}
}

// Commit commits and pushes: Flux sees it in one cluster after the other, in any order, within half a second.
func (r *Ring) Commit(t testing.TB, args ...string) Commit {
	t.Helper()
	c := r.Repository.Commit(t, r.MultiCasskop, args...)
	r.Push(t, c, r.Members...)
	return c
}

// Push has some clusters see a commit.
func (r *Ring) Push(t testing.TB, c Commit, members ...*Member) {
	t.Helper()
	for n, i := range rand.Perm(len(members)) { //nolint:gosec // any order will do
		if n > 0 {
			<-time.After(time.Duration(rand.Int64N(int64(500 * time.Millisecond / time.Duration(len(members)))))) //nolint:gosec // any time will do
		}
		members[i].Source.PushCommit(t, c.Tree, c.SHA)
	}
}

// CassandraCluster reads it; nil if there is none.
func (m *Member) CassandraCluster(t testing.TB) *unstructured.Unstructured {
	t.Helper()
	cc := bed.NewCassandraCluster(m.Key)
	cc.SetAPIVersion(casskop.APIVersionV1alpha1)
	err := m.Client.Get(t.Context(), m.Key, cc)
	if client.IgnoreNotFound(err) != nil {
		t.Fatalf("%s: %v", m.Name, err)
	}
	if err != nil {
		return nil
	}
	return cc
}

// State is what the CassandraCluster carries, and what it lacks to be ready.
func (m *Member) State(t testing.TB) (revision string, readiness casskop.Readiness) {
	t.Helper()
	cc := m.CassandraCluster(t)
	if cc == nil {
		return "", casskop.ReadinessOf(nil)
	}
	return cc.GetAnnotations()[v1alpha1.AnnotationRevision], casskop.ReadinessOf(cc.Object)
}

// WaitCarries waits until the CassandraCluster carries a revision.
func (m *Member) WaitCarries(t testing.TB, revision string) {
	t.Helper()
	bed.WaitFor(t, 2*time.Minute, m.Name+" carries "+revision, func() (bool, string) {
		carried, _ := m.State(t)
		return carried == revision, "it carries " + carried
	})
}

// WantCarries fails when the CassandraCluster does not carry a revision.
func (m *Member) WantCarries(t testing.TB, revision string) {
	t.Helper()
	if carried, _ := m.State(t); carried != revision {
		t.Errorf("%s carries %q, want %q", m.Name, carried, revision)
	}
}

// WaitThrough waits until the CassandraCluster of each of some clusters carries a revision and is ready with it.
func WaitThrough(t testing.TB, timeout time.Duration, revision string, members ...*Member) {
	t.Helper()
	for began, i := time.Now(), 0; i < len(members); i++ {
		m := members[i]
		bed.WaitFor(t, timeout-time.Since(began), fmt.Sprintf("%s in %s is through with %s", m.Key.Name, m.Name, revision), func() (bool, string) {
			carried, readiness := m.State(t)
			return carried == revision && readiness.Ready, fmt.Sprintf("it carries %q, %s: %s; its Gate says %q",
				carried, readiness.Reason, readiness.Message, m.said(t))
		})
	}
}

// said is what the Gate says and why, in words.
func (m *Member) said(t testing.TB) string {
	g := &v1alpha1.Gate{}
	if err := m.Client.Get(t.Context(), m.Key, g); err != nil {
		return err.Error()
	}
	for _, c := range g.Status.Conditions {
		if c.Type == "Ready" {
			return bed.Says(g) + ": " + c.Message
		}
	}
	return bed.Says(g)
}
