package bed

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// InstallGate applies base/gate: namespace, CRD, ServiceAccount, roles, policies. Without the Deployment: nothing would
// run it here, see StartGate. It returns when the mutating policy works. It may be called again at any time.
func (c *Cluster) InstallGate(ctx context.Context) error {
	manifests, err := Build(filepath.Join(Root(), "base/gate"))
	if err != nil {
		return err
	}
	objects, err := Decode(manifests)
	if err != nil {
		return err
	}
	objects = slices.DeleteFunc(objects, func(o *unstructured.Unstructured) bool { return o.GetKind() == "Deployment" })
	if err := c.Apply(ctx, "bed", objects...); err != nil {
		return err
	}
	for _, version := range []string{casskop.APIVersionV1alpha1, casskop.APIVersionV2} {
		if err := c.waitSeeds(ctx, version); err != nil {
			return err
		}
	}
	return nil
}

// waitSeeds waits until a CassandraCluster gets its seeds, on a dry run. The API server looks for new kinds every 5 s (1.36's
// admission/plugin/policy/mutating/patch/typeconverter.go); until then it answers 503 to what a mutating policy matches.
func (c *Cluster) waitSeeds(ctx context.Context, version string) error {
	var last error
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, startTime, true, func(ctx context.Context) (bool, error) {
		probe := NewCassandraCluster(client.ObjectKey{Namespace: GateNamespace, Name: "probe"})
		probe.SetAPIVersion(version)
		probe.SetAnnotations(map[string]string{v1alpha1.AnnotationSeedlist: "seed"})
		last = c.Client.Create(ctx, probe, client.DryRunAll)
		seeds, _, _ := unstructured.NestedStringSlice(probe.Object, "status", "seedlist") // none, whatever else is there
		return last == nil && len(seeds) == 1, nil
	})
	if err != nil {
		return fmt.Errorf("the mutating policy does not write seeds into a CassandraCluster of %s: %w: %w", version, err, last)
	}
	return nil
}
