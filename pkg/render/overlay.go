package render

import (
	"path"
)

// Folders and files of the rendered tree (docs/tree.md).
const (
	baseDir     = "base"
	clustersDir = "clusters"
	baseFile    = "cassandracluster.yaml"
	overlayFile = "override.yaml"
)

func basePath(ring, file string) string { return path.Join(baseDir, ring, file) }

func overlayPath(cluster, ring, file string) string {
	return path.Join(clustersDir, cluster, ring, file)
}

const (
	kustomizeAPIVersion = "kustomize.config.k8s.io/v1beta1"
	kustomizeKind       = "Kustomization"
)

func kustomization(fields map[string]any) map[string]any {
	fields["apiVersion"], fields["kind"] = kustomizeAPIVersion, kustomizeKind
	return fields
}

// files renders everything that belongs to one ring.
func (ring *Ring) files(opts *Options) ([]File, error) {
	w := fileWriter{}
	w.add("", basePath(ring.Name, "kustomization.yaml"), kustomization(map[string]any{"resources": []string{baseFile}}))
	w.add("", basePath(ring.Name, baseFile), ring.base)
	for i, c := range ring.Clusters {
		ring.overlay(&w, c)
		ring.gateFiles(&w, i, opts)
		if opts.syncs("flux") {
			ring.fluxFile(&w, c, opts)
		}
	}
	return w.files, w.err
}

// overlay writes what differs from the base in one cluster, as a strategic merge patch.
func (ring *Ring) overlay(w *fileWriter, c *Cluster) {
	object := withoutNamespace(c.Object)
	patches := []any{map[string]any{"path": overlayFile}}
	if base := ring.base["apiVersion"]; object["apiVersion"] != base {
		// a merge patch is matched by its apiVersion, so it cannot change it
		patches = append(patches, map[string]any{
			"target": map[string]any{"kind": object["kind"], "name": ring.Name},
			"patch":  "- op: replace\n  path: /apiVersion\n  value: " + c.APIVersion() + "\n",
		})
		object["apiVersion"] = base
	}
	patch := diffPatch(ring.base, object)
	patch["apiVersion"], patch["kind"] = ring.base["apiVersion"], ring.base["kind"]
	meta, _ := patch["metadata"].(map[string]any) // the revision differs, so there is one
	meta["name"] = ring.Name
	w.add(c.Name, overlayPath(c.Name, ring.Name, "kustomization.yaml"), kustomization(map[string]any{
		"namespace": c.Namespace,
		"resources": []string{"../../../" + path.Join(baseDir, ring.Name)},
		"patches":   patches,
	}))
	w.add(c.Name, overlayPath(c.Name, ring.Name, overlayFile), patch)
}

// withoutNamespace copies an object less its namespace, which the kustomization sets.
func withoutNamespace(object map[string]any) map[string]any {
	return applyPatch(object, map[string]any{"metadata": map[string]any{"namespace": nil}})
}

// fileWriter collects files and keeps the first error.
type fileWriter struct {
	files []File
	err   error
}

func (w *fileWriter) add(cluster, name string, objects ...any) {
	content, err := manifest(objects...)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.files = append(w.files, File{Path: name, Cluster: cluster, Content: content})
}
