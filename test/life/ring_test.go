package life

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// lifeRing is a ring, where it lives, and the revisions that were committed to it, the newest one last.
type lifeRing struct {
	tree  *bed.Tree
	sites []*lifeSite

	mu      sync.Mutex
	commits []string
}

// lifeSite is one cluster of a ring: its Gate and its CassandraCluster, and who writes them.
type lifeSite struct {
	*bed.Cluster
	key      client.ObjectKey
	rendered *unstructured.Unstructured // the CassandraCluster as render wrote it, without status

	delivering, operating atomic.Bool // by actors that do one thing after the other
	denied                atomic.Bool // the last CassandraCluster that was applied

	mu    sync.Mutex
	wants int                        // the commit that the Gate is from
	last  *unstructured.Unstructured // the newest state of the CassandraCluster that a write returned; nil: none
}

// newLifeRing is a ring whose Gates are installed in clusters.
func newLifeRing(t *testing.T, tree *bed.Tree, clusters ...*bed.Cluster) *lifeRing {
	t.Helper()
	r := &lifeRing{tree: tree, commits: []string{tree.Revision}}
	for _, c := range clusters {
		r.sites = append(r.sites, &lifeSite{Cluster: c, key: tree.Key(), rendered: renderedCluster(t, tree, c)})
	}
	return r
}

func renderedCluster(t *testing.T, tree *bed.Tree, c *bed.Cluster) *unstructured.Unstructured {
	t.Helper()
	manifests, err := bed.Build(tree.Overlay(c.Name))
	if err != nil {
		t.Fatal(err)
	}
	objects, err := bed.Decode(manifests)
	if err != nil {
		t.Fatal(err)
	}
	found := slices.IndexFunc(objects, func(o *unstructured.Unstructured) bool { return o.GetKind() == casskop.KindCassandraCluster })
	delete(objects[found].Object, "status") // as Flux does
	return objects[found]
}

// commit adds a revision that was never there, or one that was.
func (r *lifeRing) commit(revision string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.commits[len(r.commits)-1] != revision {
		r.commits = append(r.commits, revision)
	}
}

// at is the revision of a commit, and the number of the newest one.
func (r *lifeRing) at(commit int) (revision string, newest int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.commits[commit], len(r.commits) - 1
}

// see takes in what a write returned.
func (s *lifeSite) see(cc *unstructured.Unstructured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil || version(s.last) < version(cc) {
		s.last = cc
	}
}

func version(o *unstructured.Unstructured) uint64 {
	n, _ := strconv.ParseUint(o.GetResourceVersion(), 10, 64) // an API server's is a number
	return n
}

// known is the commit that the Gate is from, and the CassandraCluster as it was seen last.
func (s *lifeSite) known() (wants int, cc *unstructured.Unstructured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wants, s.last
}

// arrived says what the CassandraCluster lacks to be through with a revision; empty: nothing.
func (s *lifeSite) arrived(revision string) string {
	_, cc := s.known()
	if cc == nil {
		return "it does not exist"
	}
	if found := cc.GetAnnotations()[v1alpha1.AnnotationRevision]; found != revision {
		return fmt.Sprintf("it carries %s, want %s", found, revision)
	}
	if readiness := casskop.ReadinessOf(cc.Object); !readiness.Ready {
		return readiness.Message
	}
	return ""
}
