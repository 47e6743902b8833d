package render

import (
	"path"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

const (
	fluxAPIVersion         = "kustomize.toolkit.fluxcd.io/v1"
	gateControllerName     = "casskop-gitops-gate"
	gateControllerFileName = "gate-controller.yaml"
	gateImageName          = "casskop-gitops-gate" // as base/gate names the image
)

func fluxName(ring *Ring) string     { return ring.Name }
func fluxGateName(ring *Ring) string { return ring.Name + "-gate" }

func fluxDir(cluster string) string { return path.Join(clustersDir, cluster, "flux") }

// fluxFile renders the two Kustomizations of a ring in one cluster. Flux does not apply the second at a revision for which the
// first is not ready, and the first is ready when its Gate is open.
func (ring *Ring) fluxFile(w *fileWriter, c *Cluster, opts *Options) {
	gate := fluxKustomization(opts, fluxGateName(ring), overlayPath(c.Name, ring.Name, "gate"), object{
		"wait":             true,
		"timeout":          "30s", // Flux's floor; the expressions end a try long before
		"dependsOn":        []any{object{"name": gateControllerName, "readyExpr": everApplied}},
		"healthCheckExprs": []any{gateHealth()},
	})
	cluster := fluxKustomization(opts, fluxName(ring), overlayPath(c.Name, ring.Name, ""), object{
		"dependsOn": []any{object{"name": fluxGateName(ring)}},
	})
	w.add(c.Name, path.Join(fluxDir(c.Name), ring.Name+".yaml"), gate, cluster)
}

// everApplied lets a ring's gate go ahead once the controller and its CRD have been applied at any revision. Flux's own check
// would have it wait for this revision, and so delay each rollout by Flux's 30 s for looking at dependencies again.
const everApplied = "has(dep.status.lastAppliedRevision)"

// gateHealth ends a try of the gate's Kustomization as soon as the Gate says no. Without it each try blocks one of Flux's
// workers for the whole timeout (measured: 25-29 s for an unrelated Kustomization, against 0.3 s).
func gateHealth() object {
	const seen = "has(status.conditions) && has(status.observedGeneration) && status.observedGeneration == metadata.generation && "
	return object{
		"apiVersion": v1alpha1.GroupVersion.String(),
		"kind":       "Gate",
		"current":    seen + "status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')",
		"failed":     seen + "status.conditions.exists(c, c.type == 'Ready' && c.status == 'False')",
	}
}

func fluxKustomization(opts *Options, name, below string, more object) object {
	flux := &opts.Config.Flux
	source := object{"kind": flux.SourceRef.Kind, "name": flux.SourceRef.Name}
	if flux.SourceRef.Namespace != "" {
		source["namespace"] = flux.SourceRef.Namespace
	}
	spec := object{
		"interval":      flux.Interval.Duration.String(),
		"retryInterval": flux.RetryInterval.Duration.String(),
		"path":          "./" + strings.TrimPrefix(path.Join(flux.Path, below), "/"),
		"prune":         true,
		"sourceRef":     source,
	}
	for k, v := range more {
		spec[k] = v
	}
	return object{
		"apiVersion": fluxAPIVersion,
		"kind":       "Kustomization",
		"metadata":   object{"name": name, "namespace": flux.Namespace},
		"spec":       spec,
	}
}

// gateControllerFile renders the Kustomization that installs the gate controller itself, one in each cluster.
func gateControllerFile(cluster string, opts *Options) (File, error) {
	more := object{"wait": true, "timeout": "3m"}
	if image := opts.Config.Gate.Image; image != "" {
		name, tag, digest := splitImage(image)
		entry := object{"name": gateImageName, "newName": name}
		if tag != "" {
			entry["newTag"] = tag
		}
		if digest != "" {
			entry["digest"] = digest
		}
		more["images"] = []any{entry}
	}
	content, err := manifest(fluxKustomization(opts, gateControllerName, path.Join(baseDir, "gate"), more))
	return File{Path: path.Join(fluxDir(cluster), gateControllerFileName), Cluster: cluster, Content: content}, err
}

// splitImage takes an image reference apart: a colon after the last slash begins the tag, one before it a port.
func splitImage(image string) (name, tag, digest string) {
	name, digest, _ = strings.Cut(image, "@")
	if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "/") {
		name, tag = name[:i], name[i+1:]
	}
	return name, tag, digest
}
