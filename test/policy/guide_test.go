package policy

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/docs"
)

var update = flag.Bool("update", false, "write what kubectl prints into docs/install.md")

// TestGuide runs what docs/install.md shows, in order, in an empty cluster: kubectl prints that, and the kustomizations are taken. A ring
// comes after the first session. At the end nothing is left that could hold.
func TestGuide(t *testing.T) {
	c := empty(t)
	file := filepath.Join(bed.Root(), "docs/install.md")
	content, err := os.ReadFile(file)
	must(t, err)
	document := string(content)
	c.Namespace(t, ring.Namespace, "flux-system", "gitops")
	installed := false
	var early []docs.Block // of documents that come before
	for _, s := range docs.RunBy(t) {
		if s.Language == "yaml" && !installed {
			early = append(early, s)
			continue
		}
		if s.Language == "yaml" {
			takes(t, c, s)
			continue
		}
		played := play(t, c, s.Text)
		document = strings.Replace(document, s.Text, played, 1)
		if diff := cmp.Diff(s.Text, played); diff != "" && !*update {
			t.Errorf("run go test ./test/policy -run TestGuide -update (-docs/install.md +run):\n%s", diff)
		}
		if !installed {
			installed = true
			kubectlTo(t, c, "wait", "--for=condition=Established", "crd/gates.casskop-gitops.dev")
			for _, s := range early {
				takes(t, c, s)
			}
			kubectlTo(t, c, "apply", "-k", filepath.Join(overlay(), "gate"))
		}
	}
	if left := kubectlTo(t, c, "get", "crd,clusterrole,validatingadmissionpolicy,mutatingadmissionpolicy,validatingadmissionpolicybinding", "-o", "name"); strings.Contains(left, "casskop-gitops") {
		t.Errorf("it is still there:\n%s", left)
	}
	if *update {
		must(t, os.WriteFile(file, []byte(document), 0o600))
	}
}

// takes has the API server check a manifest, or what a kustomization of yours beside base/ gives; of monitoring it has no CRDs.
func takes(t *testing.T, c *bed.Cluster, b docs.Block) {
	t.Helper()
	dir := t.TempDir()
	must(t, os.CopyFS(filepath.Join(dir, "base/gate"), os.DirFS(baseGate())))
	must(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(b.Text), 0o600))
	manifests, err := []byte(b.Text), error(nil)
	if !strings.HasPrefix(b.Text, "apiVersion:") {
		manifests, err = bed.Build(dir)
	}
	if err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	objects, err := bed.Decode(manifests)
	must(t, err)
	for _, o := range objects {
		if o.GroupVersionKind().Group == "monitoring.coreos.com" {
			continue
		}
		err := c.Client.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(o), client.FieldOwner("test"), client.ForceOwnership, client.DryRunAll)
		if err != nil {
			t.Errorf("%s: %s %s: %v", b, o.GetKind(), o.GetName(), err)
		}
	}
}

// play runs the commands of a session and returns it with what they print. No namespace ever goes away here, so it is not waited for.
func play(t *testing.T, c *bed.Cluster, session string) (played string) {
	t.Helper()
	for line := range strings.Lines(session) {
		command, ok := strings.CutPrefix(line, "$ kubectl ")
		if !ok {
			continue
		}
		args := strings.Fields(command)
		for i, folder := range args {
			if strings.Contains(folder, "/") && args[i-1] == "-k" {
				args[i] = filepath.Join(bed.Root(), folder)
			}
		}
		if args[0] == "delete" {
			args = append(args, "--wait=false")
		}
		got := c.Kubectl(t, nil, args...)
		if got.Code != 0 {
			t.Errorf("%sexit %d", line, got.Code)
		}
		played += line + got.Stdout + got.Stderr
	}
	return played
}
