package render

import (
	"path"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// Folders and files of the rendered tree (docs/tree.md).
const (
	baseDir     = "base"
	clustersDir = "clusters"
	gateDir     = "gate" // below base, and in each overlay
	baseFile    = "cassandracluster.yaml"
	overlayFile = "override.yaml"

	kustomizationFile  = "kustomization.yaml"
	applicationSetFile = "applicationset.yaml"
)

func basePath(ring, file string) string { return path.Join(baseDir, ring, file) }

func overlayPath(cluster, ring, file string) string {
	return path.Join(clustersDir, cluster, ring, file)
}

// files renders everything that belongs to one ring.
func (ring *Ring) files(opts *Options) ([]File, error) {
	for _, c := range ring.Clusters {
		ring.base = withoutClashes(ring.base, c.Object)
	}
	w := fileWriter{}
	w.text("", basePath(ring.Name, kustomizationFile), "base-kustomization.yaml", nil)
	w.object("", basePath(ring.Name, baseFile), ring.base)
	for i, c := range ring.Clusters {
		v := ring.view(i, opts)
		dir := overlayPath(c.Name, ring.Name, "")
		w.text(c.Name, path.Join(dir, kustomizationFile), "overlay-kustomization.yaml", v)
		w.object(c.Name, path.Join(dir, overlayFile), ring.patch(c))
		w.text(c.Name, path.Join(dir, "gate", "gate.yaml"), "gate.yaml", v)
		if v.Policies {
			w.text(c.Name, path.Join(dir, "gate", "policy-binding.yaml"), "policy-binding.yaml", v)
		}
		if v.HasRBAC() {
			w.text(c.Name, path.Join(dir, "gate", "rbac.yaml"), "rbac.yaml", v)
		}
		w.text(c.Name, path.Join(dir, "gate", kustomizationFile), "gate-kustomization.yaml", v)
		if v.Flux {
			w.text(c.Name, path.Join(fluxDir(c.Name), ring.Name+".yaml"), "flux.yaml", v)
		}
		if v.Applications {
			w.text(c.Name, path.Join(argoDir(c.Name), ring.Name+".yaml"), "argocd.yaml", v)
		}
	}
	if opts.syncs(v1alpha1.SyncArgoCD) && opts.Config.ArgoCD.ApplicationSet {
		w.text("", basePath(ring.Name, applicationSetFile), "argocd-applicationset.yaml", opts.applicationSet(ring))
	}
	return w.files, w.err
}

// patch is what differs from the base in one cluster, as a strategic merge patch.
func (ring *Ring) patch(c *Cluster) map[string]any {
	// the namespace is set by the kustomization, and so is an apiVersion other than the base's
	object := applyPatch(c.Object, map[string]any{"apiVersion": ring.base["apiVersion"], "metadata": map[string]any{"namespace": nil}})
	patch := diffPatch(ring.base, object)
	patch["apiVersion"], patch["kind"] = ring.base["apiVersion"], ring.base["kind"]
	patch["metadata"].(map[string]any)["name"] = ring.Name // the revision differs, so there is metadata
	return patch
}
