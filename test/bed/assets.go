package bed

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
)

// Root is the root of the repository, as an absolute path. Tests run in the folder of their package, anywhere below it.
var Root = sync.OnceValue(func() string {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "base/gate")); missing == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			err = errors.New("no folder above the working directory holds base/gate: run the tests with `go test`")
		}
		dir = filepath.Dir(dir)
	}
	panic(err)
})

// Binary is the path of a binary of the test bed: etcd, kube-apiserver, kube-controller-manager or kubectl. It is in the folder that
// KUBEBUILDER_ASSETS names, else, as setup-envtest brings no kube-controller-manager, in bin/.
func Binary(name string) (string, error) {
	file := filepath.Join(Root(), "bin", name)
	if dir := os.Getenv("KUBEBUILDER_ASSETS"); dir != "" {
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return found, nil
		}
	}
	if _, err := exec.LookPath(file); err != nil {
		return "", fmt.Errorf("%w: run `make testbed` once, or let KUBEBUILDER_ASSETS name a folder with %s for %s", err, name, runtime.GOOS)
	}
	return file, nil
}
