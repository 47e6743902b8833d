package casskopbed

import (
	"cmp"
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// Options say what surrounds a CassKop.
type Options struct {
	// StartTime is how long a pod takes from the start of its containers until it is ready. Default: 100 ms.
	StartTime time.Duration
	// StopTime is how long a pod takes to end. Default: 100 ms.
	StopTime time.Duration
	// Addresses are loopback addresses for pods, by name, where Jolokia's port is free: for a gate that is to find its seeds. Default:
	// another one for each life of a pod, as in a cluster.
	Addresses map[string]string
	// NewAddress gives the address for a life of a pod that Addresses does not name: another one each time, which this machine has.
	// Default: a loopback address, which the API server takes for a pod and refuses in Endpoints.
	NewAddress func() string
	// Cassandra is the database that the pods are nodes of. Clusters of one ring share it. Default: one of its own.
	Cassandra *Cassandra
}

// Operator is a CassKop that works on one namespace of a cluster. It is started again, a second later, when it ends by itself, as 1.1.5
// does in a panic now and then.
type Operator struct {
	// Log is the file of what CassKop prints.
	Log string
	// Kubelet runs the pods of the namespace.
	Kubelet *Kubelet
	// Cassandra is what runs in them.
	Cassandra *Cassandra

	*service
}

// Start installs CassKop in a namespace and starts it, until the test ends. It does not wait until it is at work, which takes a second
// or two. A cluster takes any number, each with a namespace of its own.
func Start(t testing.TB, cluster *bed.Cluster, namespace string, options Options) *Operator {
	t.Helper()
	options.StartTime = cmp.Or(options.StartTime, 100*time.Millisecond)
	options.StopTime = cmp.Or(options.StopTime, 100*time.Millisecond)
	if options.Cassandra == nil {
		options.Cassandra = NewCassandra()
	}
	binary, err := bed.Binary("casskop")
	must(t, err)
	o := &Operator{Log: filepath.Join(cluster.Dir, "casskop-"+namespace+".log"), Cassandra: options.Cassandra}
	needControllers(t, cluster)
	kubeconfig := install(t, cluster, namespace)
	site := site{cluster, namespace}
	o.Kubelet = startKubelet(t, site, options)
	o.service = &service{process: &bed.Process{Path: binary, Log: o.Log, Env: []string{
		"KUBECONFIG=" + kubeconfig, "WATCH_NAMESPACE=" + namespace, "POD_NAME=casskop", "HTTP_PROXY=" + startNames(t, site, o.Cassandra),
	}}}
	t.Cleanup(func() {
		if err := o.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the log of CassKop is in %s", o.Log)
		}
	})
	must(t, o.Start())
	return o
}

// site is where pods are: names of one are not known in another. It is comparable.
type site struct {
	cluster   *bed.Cluster
	namespace string
}

// Start starts it again after Stop or Kill.
func (s *service) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted = true
	if err := s.process.Start(); err != nil {
		return err
	}
	go s.keep(s.process.Done())
	return nil
}

// Stop ends it with SIGTERM until Start: nothing of the status is true any more that changes after that. It does nothing when it does
// not run.
func (s *service) Stop() error { return s.end(syscall.SIGTERM) }

// Kill ends it with SIGKILL until Start.
func (s *service) Kill() error { return s.end(syscall.SIGKILL) }

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
