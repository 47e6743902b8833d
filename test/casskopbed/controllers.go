package casskopbed

import (
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// controllers counts, for each cluster, who needs its kube-controller-manager.
var controllers = struct {
	sync.Mutex
	running map[*bed.Cluster]*bed.Process
	users   map[*bed.Cluster]int
}{running: map[*bed.Cluster]*bed.Process{}, users: map[*bed.Cluster]int{}}

// needControllers runs the real kube-controller-manager, with the controllers that make pods and claims of StatefulSets, tell how many
// pods may be disrupted, let claims go, and delete what is owned; until the last test that needs it ends.
func needControllers(t testing.TB, cluster *bed.Cluster) {
	t.Helper()
	controllers.Lock()
	defer controllers.Unlock()
	if controllers.users[cluster] == 0 {
		controllers.running[cluster] = startControllers(t, cluster)
	}
	controllers.users[cluster]++
	t.Cleanup(func() {
		controllers.Lock()
		defer controllers.Unlock()
		if controllers.users[cluster]--; controllers.users[cluster] > 0 {
			return
		}
		if err := controllers.running[cluster].End(syscall.SIGKILL); err != nil { // it has no state
			t.Error(err)
		}
	})
}

func startControllers(t testing.TB, cluster *bed.Cluster) *bed.Process {
	t.Helper()
	binary, err := bed.Binary("kube-controller-manager")
	must(t, err)
	kubeconfig := bed.KubeconfigFile(t, cluster.User(t, "system:kube-controller-manager", "system:masters")) // it is read once
	p := &bed.Process{Path: binary, Log: filepath.Join(cluster.Dir, "kube-controller-manager-casskop.log"), Args: []string{
		"--kubeconfig=" + kubeconfig, "--leader-elect=false", "--secure-port=0", "--kube-api-qps=500", "--kube-api-burst=500",
		"--controllers=statefulset-controller,disruption-controller,persistentvolumeclaim-protection-controller,garbage-collector-controller",
	}}
	must(t, p.Start())
	return p
}
