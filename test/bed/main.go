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
	*clusters = named(names)
	return MainWith(m, *clusters...)
}

// MainWith is Main for clusters that are more than a name, see Cluster.APIServerArgs. It starts them in place.
func MainWith(m *testing.M, clusters ...*Cluster) int {
	flag.Parse()
	if flag.Lookup("test.list").Value.String() != "" {
		return m.Run() // nothing is run
	}
	ctrl.SetLogger(logr.Discard()) // or controller-runtime prints a stack
	err := start(clusters)
	code := 1
	if err == nil {
		code = m.Run()
	}
	if stopErr := stop(clusters); stopErr != nil {
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
	clusters := named(names)
	err := start(clusters)
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

func named(names []string) (clusters []*Cluster) {
	for _, name := range names {
		clusters = append(clusters, &Cluster{Name: name})
	}
	return clusters
}

func start(clusters []*Cluster) error {
	var group errgroup.Group
	for _, c := range clusters {
		group.Go(func() (err error) {
			if c.Dir, err = os.MkdirTemp(Scratch(), filepath.Base(c.Name)+"-"); err == nil {
				err = c.start()
			}
			if err != nil {
				return fmt.Errorf("start cluster %s: %w", c.Name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func stop(clusters []*Cluster) error {
	var group errgroup.Group
	for _, c := range clusters {
		group.Go(c.stop)
	}
	return group.Wait()
}
