package casskopbed

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// Name is that of CassKop's ServiceAccount and Role, as it ships them.
const Name = "casskop"

// User is CassKop's name in audit logs.
func User(namespace string) string { return "system:serviceaccount:" + namespace + ":" + Name }

// shipped is the folder of CassKop's module: its CRDs and its Role.
var shipped = sync.OnceValues(func() (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", "github.com/Orange-OpenSource/casskop")
	cmd.Dir = filepath.Join(bed.Root(), "test/testbed/casskop")
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := cmd.Output()
	var module struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &module); err != nil || jsonErr != nil || module.Dir == "" {
		return "", fmt.Errorf("go mod download in %s: %s: %w", cmd.Dir, module.Error, err)
	}
	return filepath.Join(module.Dir, "deploy"), nil
})

// installing keeps tests that run side by side from installing the same CRDs at once.
var installing sync.Mutex

// install makes what CassKop needs in a namespace, and returns its kubeconfig: a token of its ServiceAccount, which lasts a day.
func install(t testing.TB, cluster *bed.Cluster, namespace string) (kubeconfig string) {
	t.Helper()
	installCRDs(t, cluster)
	cluster.ServiceAccount(t, namespace, Name)
	must(t, cluster.Apply(t.Context(), "bed", role(t, namespace)))
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: Name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: Name},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: Name}},
	}
	if err := cluster.Client.Create(t.Context(), binding); !apierrors.IsAlreadyExists(err) {
		must(t, err)
	}
	return bed.KubeconfigFile(t, cluster.WithToken(cluster.Token(t, namespace, Name, 24*time.Hour)))
}

// role is the Role that CassKop ships.
func role(t testing.TB, namespace string) *unstructured.Unstructured {
	t.Helper()
	dir, err := shipped()
	must(t, err)
	manifest, err := os.ReadFile(filepath.Join(dir, "role.yaml"))
	must(t, err)
	objects, err := bed.Decode(manifest)
	must(t, err)
	objects[0].SetNamespace(namespace)
	unstructured.RemoveNestedField(objects[0].Object, "metadata", "creationTimestamp") // null
	return objects[0]
}

// installCRDs installs CassandraBackup and CassandraRestore, without which CassKop ends. The bed has CassandraCluster.
func installCRDs(t testing.TB, cluster *bed.Cluster) {
	t.Helper()
	installing.Lock()
	defer installing.Unlock()
	dir, err := shipped()
	must(t, err)
	var files []string
	for _, kind := range []string{"cassandrabackups", "cassandrarestores"} {
		files = append(files, filepath.Join(dir, "crds", "db.orange.com_"+kind+"_crd.yaml"))
	}
	_, err = envtest.InstallCRDs(cluster.Config, envtest.CRDInstallOptions{Paths: files, ErrorIfPathMissing: true, PollInterval: 20 * time.Millisecond})
	must(t, err)
}
