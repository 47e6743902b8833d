package argobed

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// installCRDs installs those of the Argo CD that test/testbed/argocd pins.
func installCRDs(t testing.TB, hub *bed.Cluster) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-cd/v3")
	cmd.Dir = filepath.Join(bed.Root(), "test/testbed/argocd")
	out, err := cmd.Output()
	must(t, err)
	manifests := filepath.Join(strings.TrimSpace(string(out)), "manifests/crds")
	_, err = envtest.InstallCRDs(hub.Config, envtest.CRDInstallOptions{Paths: []string{manifests}, MaxTime: time.Minute, PollInterval: 20 * time.Millisecond})
	must(t, err)
}
