package render

import (
	"path"
	"strings"
)

// controllerApplication is the Application that installs the gate controller, before the name of the cluster.
const controllerApplication = "casskop-gitops-gate"

// argoView is what all Applications have in common, as YAML scalars.
type argoView struct {
	Application, ArgoNamespace, Project string
	RepoURL, TargetRevision             string
	// Destination is the field that names the cluster and its value, as in "name: k8s-cluster1"
	Destination string
	ArgoPaths   []string
}

func argoDir(cluster string) string { return path.Join(clustersDir, cluster, "argocd") }

// argoView is the Application of a cluster: a hub has those of all clusters in one namespace.
func (o *Options) argoView(cluster, name string, paths ...string) argoView {
	argo := &o.Config.ArgoCD
	v := argoView{
		Application: scalar(name + "-" + cluster), ArgoNamespace: scalar(argo.Namespace), Project: scalar(argo.Project),
		RepoURL: scalar(argo.RepoURL), TargetRevision: scalar(argo.Revision), Destination: "name: " + scalar(cluster),
	}
	switch d := argo.Destinations[cluster]; {
	case d.Server != "":
		v.Destination = "server: " + scalar(d.Server)
	case d.Name != "":
		v.Destination = "name: " + scalar(d.Name)
	}
	for _, below := range paths {
		v.ArgoPaths = append(v.ArgoPaths, scalar(strings.TrimPrefix(path.Join(argo.Path, below), "/")))
	}
	return v
}
