package gate

import (
	"os"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestWhatAUserSees takes the Gate of the second of three clusters through its states, and holds what kubectl and /metrics say in
// each against a file: what an engineer on call has to go by. The first cluster is reached through a proxy that can be cut.
func TestWhatAUserSees(t *testing.T) {
	t.Parallel()
	s := newShowing(t)
	s.shows("not-looked-at", "")

	s.process = s.here.RunGate(t, s.tree.Key().Namespace, func(o *bed.GateOptions) { o.Args = []string{"--log-level=info"} })
	s.shows("secret-missing", "held: "+remote.ReasonSecretMissing)

	s.proxy.Set(t, bed.Unreachable)
	s.tree.ConnectAs(t, s.here, s.first.Name, s.proxy.Config(lasting(t, s.first, s.tree)))
	s.shows("unreachable", "held: "+remote.ReasonUnreachable)

	s.proxy.Set(t, bed.Pass)
	s.shows("not-created", "held: "+gate.ReasonNotCreated)

	letIn(t, s.first, s.tree)
	s.here.WaitGate(t, s.tree.Key(), soon, "held: "+gate.ReasonNotTakenIn)
	takenIn(t, s.first, s.tree, bed.Initializing)
	s.shows("not-ready", "held: "+gate.ReasonNotRunning)

	takenIn(t, s.first, s.tree, bed.Corrected)
	s.shows("stalled", "held: "+gate.ReasonChangeRefused)

	annotate(t, s.here, s.tree.Key(), v1alpha1.AnnotationOpen, s.tree.Revision, v1alpha1.AnnotationOpenReason, "dc1 is lost, ticket 4711")
	s.shows("opened-by-hand", "open: "+gate.ReasonOpenedByHand)

	s.nextRevision("cassandra:4.0.5")
	s.shows("open", "open: "+gate.ReasonRuleMet)
	golden(t, "show/log.txt", s.plain(s.log))
}

// showing is a Gate that goes through its states.
type showing struct {
	*testing.T
	ring        bed.Ring
	tree        *bed.Tree
	first, here *bed.Cluster
	proxy       *bed.Proxy // in front of first
	process     *bed.GateProcess
	revisions   []string
}

// newShowing installs the Gates of a ring. The Secret for the first cluster is missing.
func newShowing(t *testing.T) *showing {
	t.Helper()
	s := &showing{T: t, first: clusters[0], here: clusters[1], proxy: bed.NewProxy(t, clusters[0])}
	s.ring = bed.Ring{Name: "cassandra-demo", Namespace: "cassandra-e2e"}
	for _, c := range clusters {
		s.ring.Clusters = append(s.ring.Clusters, c.Name)
		if err := c.InstallGate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.tree = s.ring.Render(t)
	s.revisions = append(s.revisions, s.tree.Revision)
	s.tree.InstallGates(t, clusters...)
	s.tree.ConnectAs(t, s.here, clusters[2].Name, lasting(t, clusters[2], s.tree))
	return s
}

// nextRevision commits, rolls the first cluster, and only then lets the controller look: what it sees on the way would not always
// be the same.
func (s *showing) nextRevision(image string) {
	s.Helper()
	if err := s.process.Stop(); err != nil {
		s.Fatal(err)
	}
	s.ring.Image = image
	s.tree = s.ring.RenderInto(s.T, s.tree.Dir)
	s.revisions = append(s.revisions, s.tree.Revision)
	s.tree.InstallGates(s.T, clusters...)
	letIn(s.T, s.first, s.tree)
	takenIn(s.T, s.first, s.tree, bed.Done)
	if err := s.process.Start(); err != nil {
		s.Fatal(err)
	}
}

// log is what the controller printed: at info a line for each change of state, and a few when it starts and stops.
func (s *showing) log() string {
	s.Helper()
	content, err := os.ReadFile(s.process.LogFile)
	if err != nil {
		s.Fatal(err)
	}
	return string(content)
}

// shows waits until the Gate says something, and holds what a user then sees against testdata/show.
func (s *showing) shows(state, says string) {
	s.Helper()
	s.here.WaitGate(s.T, s.tree.Key(), 30*time.Second, says)
	golden(s.T, "show/"+state+".txt", s.plain(s.everything))
}
