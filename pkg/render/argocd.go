package render

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// controllerApplication is the Application that installs the gate controller, before the name of the cluster.
const controllerApplication = "casskop-gitops-gate"

// argoView is what an Application of one cluster shows, or an ApplicationSet, in which expressions stand for what differs. Strings are YAML
// scalars.
type argoView struct {
	Application, ArgoNamespace, Project string
	RepoURL, TargetRevision             string
	Destination                         []string // its fields that name the cluster, as in "name: k8s-cluster1"
	DestinationNamespace                string
	ArgoReader                          string
	ArgoPath, ArgoGatePath              string // in the repository

	// of an ApplicationSet
	Set         string // its name
	Directories string // in the repository: the pattern that finds the clusters
	SetCluster  string // the name of the cluster, from a directory that was found
}

func argoDir(cluster string) string { return path.Join(clustersDir, cluster, "argocd") }

func (o *Options) argoPath(below string) string {
	return strings.TrimPrefix(path.Join(o.Config.ArgoCD.Path, below), "/")
}

func applicationName(name, cluster string) string { return name + "-" + cluster }

// argoView is an Application for what stands at a path of the tree. A hub has those of all clusters in one namespace, so the cluster is
// part of the name.
func (o *Options) argoView(name, cluster, below string) argoView {
	argo := &o.Config.ArgoCD
	return argoView{
		Application: scalar(applicationName(name, cluster)), ArgoNamespace: scalar(argo.Namespace), Project: scalar(argo.Project),
		ArgoReader: scalar(o.Config.Gate.Reader), RepoURL: scalar(argo.RepoURL), TargetRevision: scalar(argo.Revision), ArgoPath: scalar(o.argoPath(below)), ArgoGatePath: scalar(o.argoPath(path.Join(below, gateDir))),
	}
}

// application delivers a ring to one cluster.
func (o *Options) application(ring string, c *Cluster) argoView {
	v := o.argoView(ring, c.Name, overlayPath(c.Name, ring, ""))
	v.Destination, v.DestinationNamespace = o.destination(c.Name), scalar(c.Namespace)
	return v
}

// destination names a cluster as Argo CD knows it.
func (o *Options) destination(cluster string) []string {
	switch d := o.Config.ArgoCD.Destinations[cluster]; {
	case d.Server != "":
		return []string{"server: " + scalar(d.Server)}
	case d.Name != "":
		return []string{"name: " + scalar(d.Name)}
	}
	return []string{"name: " + scalar(cluster)}
}

// setCluster is how the templates of an ApplicationSet name the cluster.
const setCluster = ".values.cluster"

// argoSet is an ApplicationSet for what stands at a path of the tree, in each of the folders that a pattern finds below clusters/.
func (o *Options) argoSet(name, pattern, below string) argoView {
	cluster := "{{ " + setCluster + " }}"
	v := o.argoView(name, cluster, strings.ReplaceAll(below, "*", cluster))
	v.Set, v.Directories = scalar(name), scalar(o.argoPath(pattern))
	v.SetCluster = scalar(fmt.Sprintf("{{ index .path.segments %d }}", strings.Count(o.argoPath(clustersDir), "/")+1))
	v.Destination = o.setDestination()
	return v
}

// applicationSet delivers a ring to all its clusters.
func (o *Options) applicationSet(ring *Ring) argoView {
	pattern := overlayPath("*", ring.Name, "")
	v := o.argoSet(ring.Name, pattern, pattern)
	namespaces := map[string]string{}
	for _, c := range ring.Clusters {
		namespaces[c.Name] = c.Namespace
	}
	first := ring.Clusters[0].Namespace
	v.DestinationNamespace = scalar(byCluster(strconv.Quote(first), first, namespaces))
	return v
}

// setDestination names each cluster as Argo CD knows it: by its own name, but for those that render.yaml speaks of.
func (o *Options) setDestination() []string {
	names, servers := map[string]string{}, map[string]string{}
	for cluster, d := range o.Config.ArgoCD.Destinations {
		names[cluster] = d.Name // none, where there is a server
		if d.Server != "" {
			servers[cluster] = d.Server
		}
	}
	destination := []string{"name: " + scalar(byCluster(setCluster, "{{ "+setCluster+" }}", names))}
	if len(servers) > 0 {
		destination = append(destination, "server: "+scalar(byCluster(`""`, "", servers)))
	}
	return destination
}

// byCluster is a template for a value that differs in some clusters: expression is the value of all others, and plain is a template for it.
func byCluster(expression, plain string, values map[string]string) string {
	var pairs []string
	for _, cluster := range sortedKeys(values) {
		if values[cluster] != plain {
			pairs = append(pairs, strconv.Quote(cluster), strconv.Quote(values[cluster]))
		}
	}
	if len(pairs) == 0 {
		return plain
	}
	return fmt.Sprintf("{{ dig %s %s (dict %s) }}", setCluster, expression, strings.Join(pairs, " "))
}

// forces says that an annotation has Argo CD make an object anew.
func forces(name string, value any) bool {
	options := strings.ReplaceAll(strings.ToLower(fmt.Sprint(value)), " ", "")
	return name == "argocd.argoproj.io/sync-options" && (strings.Contains(options, "force=true") || strings.Contains(options, "replace=true"))
}

// checkApplications refuses names that two Applications of a hub would share: a-b in c has that of a in b-c.
func (p *planner) checkApplications() {
	if !p.opts.syncs(v1alpha1.SyncArgoCD) {
		return
	}
	taken := map[string]string{}
	for cluster := range p.clusters() {
		taken[applicationName(controllerApplication, cluster)] = "the gate controller in cluster " + cluster
	}
	for _, ring := range p.plan.Rings {
		for _, c := range ring.Clusters {
			name, what := applicationName(ring.Name, c.Name), fmt.Sprintf("ring %s in cluster %s", ring.Name, c.Name)
			if first, twice := taken[name]; twice {
				p.add(ring.named.saying(fmt.Sprintf("the Argo CD Application of %s would be called %s, and so is that of %s", what, name, first), "choose another name for the ring"))
				continue
			}
			taken[name] = what
		}
	}
}
