package policy

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// empty is a cluster of its own, without any CRD.
func empty(t *testing.T) *bed.Cluster {
	t.Helper()
	etcd, err := bed.Binary("etcd")
	if err != nil {
		t.Fatal(err)
	}
	env := &envtest.Environment{BinaryAssetsDirectory: filepath.Dir(etcd)}
	config, err := env.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := env.Stop(); err != nil {
			t.Error(err)
		}
	})
	c, err := client.NewWithWatch(config, client.Options{Scheme: bed.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	return &bed.Cluster{Config: config, Client: c, Dir: t.TempDir()}
}

// TestInstall: base/gate goes into an empty cluster in one go, without a warning, and again without a change.
func TestInstall(t *testing.T) {
	tests := map[string][]string{
		"kubectl apply":               {"apply"},
		"kubectl apply --server-side": {"apply", "--server-side"},
	}
	for name, command := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := empty(t)
			var versions [3]map[string]string
			for i, command := range [][]string{command, command, {"apply", "--server-side"}} { // the last one as Flux would go on
				got := c.Kubectl(t, nil, append(command, "-k", baseGate())...)
				if got.Code != 0 || got.Stderr != "" {
					t.Fatalf("kubectl %s: want exit 0 and no warning, got exit %d and\n%s", strings.Join(command, " "), got.Code, got.Stderr)
				}
				c.Kubectl(t, nil, "wait", "--for=condition=Established", "crd/gates.casskop-gitops.dev") // the API server writes it until then
				versions[i] = installedVersions(t, c)
			}
			if diff := cmp.Diff(versions[0], versions[1]); diff != "" {
				t.Errorf("applied again, resourceVersions (-first +second):\n%s", diff)
			}
		})
	}
}

// installedVersions are the resourceVersions of all objects of base/gate.
func installedVersions(t *testing.T, c *bed.Cluster) map[string]string {
	t.Helper()
	manifests, err := bed.Build(baseGate())
	if err != nil {
		t.Fatal(err)
	}
	objects, err := bed.Decode(manifests)
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, o := range objects {
		if err := c.Client.Get(t.Context(), client.ObjectKeyFromObject(o), o); err != nil {
			t.Fatal(err)
		}
		versions[o.GetKind()+" "+o.GetName()] = o.GetResourceVersion()
	}
	return versions
}
