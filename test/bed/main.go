package bed

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/go-logr/logr"
	"golang.org/x/sync/errgroup"
	ctrl "sigs.k8s.io/controller-runtime"
)

// Scratch is the folder of this process: all that its clusters and gates write. Main removes it.
var Scratch = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "casskop-gitops-bed-")
	if err != nil {
		panic(err)
	}
	return dir
})

// Main runs the tests of a package, for its TestMain:
//
//	var clusters []*bed.Cluster
//
//	func TestMain(m *testing.M) { os.Exit(bed.Main(m, &clusters, "k8s-cluster1", "k8s-cluster2")) }
//
// It starts the named clusters first, side by side, and stops them when the tests are through. After a failure their logs stay, and it
// says where. With no names it starts none; the other functions of this package need it even so. It returns the exit code.
func Main(m *testing.M, clusters *[]*Cluster, names ...string) int {
	flag.Parse()
	if flag.Lookup("test.list").Value.String() != "" {
		return m.Run() // nothing is run
	}
	ctrl.SetLogger(logr.Discard()) // or controller-runtime prints a stack
	started, err := start(names)
	*clusters = started
	code := 1
	if err == nil {
		code = m.Run()
	}
	if stopErr := stop(started); stopErr != nil {
		fmt.Fprintln(os.Stderr, stopErr)
		code = 1
	}
	if code == 0 {
		err = os.RemoveAll(Scratch())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if code != 0 {
		fmt.Fprintln(os.Stderr, "the logs of the clusters and gates are in", Scratch())
	}
	return code
}

// Start starts clusters for one test alone, side by side, and stops them after it.
func Start(t testing.TB, names ...string) []*Cluster {
	t.Helper()
	clusters, err := start(names)
	t.Cleanup(func() {
		if err := stop(clusters); err != nil {
			t.Error(err)
		}
		removeLogs(t, clusters)
	})
	if err != nil {
		t.Fatal(err)
	}
	return clusters
}

func removeLogs(t testing.TB, clusters []*Cluster) {
	for _, c := range clusters {
		if t.Failed() {
			t.Logf("the logs of %s are in %s", c.Name, c.Dir)
		} else if err := os.RemoveAll(c.Dir); err != nil {
			t.Error(err)
		}
	}
}

// start returns what was made of each cluster also when one does not come up.
func start(names []string) ([]*Cluster, error) {
	var group errgroup.Group
	clusters := make([]*Cluster, len(names))
	for i, name := range names {
		dir, err := os.MkdirTemp(Scratch(), filepath.Base(name)+"-")
		if err != nil {
			return clusters[:i], err
		}
		clusters[i] = &Cluster{Name: name, Dir: dir}
		group.Go(func() error {
			if err := clusters[i].start(); err != nil {
				return fmt.Errorf("start cluster %s: %w", name, err)
			}
			return nil
		})
	}
	return clusters, group.Wait()
}

func stop(clusters []*Cluster) error {
	var group errgroup.Group
	for _, c := range clusters {
		group.Go(c.stop)
	}
	return group.Wait()
}
