package render

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

const gateControllerFile = "gate-controller.yaml"

// view is what the templates of one ring in one cluster show. Its strings are YAML scalars already.
type view struct {
	Ring, Cluster, Namespace string
	Base                     string // the folder, from the overlay's
	Binding                  string
	APIVersion               string
	OtherVersion             bool // than the base's
	Revision                 string

	Hold       bool
	Policies   bool // the API server enforces by itself
	WaitFor    []awaited
	Awaited    bool // by the gate of another cluster
	SeedHosts  []string
	SeedPolicy string
	SeedPort   int32
	Serialize  string
	StableFor  string

	Reader, SecretsRole, ReaderRole, FluxRole string

	fluxView
	Flux                  bool
	FluxGate, FluxCluster string
	GatePath, ClusterPath string
	Seen                  string

	argoView
	Applications bool
}

// awaited is another cluster of the ring that a gate looks at.
type awaited struct {
	Cluster, APIVersion, Namespace, Secret string
	Before                                 bool // it must carry the revision already
}

// fluxView is what all Kustomizations have in common.
type fluxView struct {
	FluxNamespace           string
	Interval, RetryInterval string
	Source                  v1alpha1.RenderSourceRef
}

func (v *view) HasRBAC() bool { return len(v.WaitFor) > 0 || v.Flux || v.Awaited }

// gateSeen is true of a Gate whose status is about its present spec. A Gate that nobody has looked at has observedGeneration -1.
const gateSeen = "has(status.conditions) && has(status.observedGeneration) && status.observedGeneration == metadata.generation"

func (ring *Ring) view(i int, opts *Options) *view {
	c, gate := ring.Clusters[i], &opts.Config.Gate
	hosts := ring.seedsElsewhere(c)
	policy := string(gate.Seeds.Policy)
	if len(hosts) == 0 {
		policy = string(v1alpha1.SeedPolicyOff) // nobody to ask: the only cluster, or seeds that are delivered otherwise
	}
	return &view{
		Ring: scalar(ring.Name), Cluster: scalar(c.Name), Namespace: scalar(c.Namespace), Revision: scalar(ring.Revision),
		Base:    scalar(path.Join("../../..", baseDir, ring.Name)),
		Binding: scalar(ring.bindingName(c)), APIVersion: c.APIVersion(), OtherVersion: c.APIVersion() != ring.base["apiVersion"],

		Hold: slices.Contains(gate.Hold, c.Name), Policies: !opts.asksWebhook(c.Name), WaitFor: ring.waitFor(i, opts), Awaited: ring.isAwaited(i, opts),
		SeedHosts: hosts, SeedPolicy: scalar(policy), SeedPort: gate.Seeds.Port,
		Serialize: string(gate.Serialize), StableFor: duration(gate.StableFor.Duration),

		Reader: scalar(gate.Reader), SecretsRole: scalar(ring.Name + "-gate-secrets"), ReaderRole: scalar(ring.Name + "-gate-reader"),
		FluxRole: scalar(ring.bindingName(c)),

		fluxView: opts.fluxView(), Flux: opts.syncs(v1alpha1.SyncFlux), FluxGate: scalar(fluxGateName(ring)), FluxCluster: scalar(ring.Name),
		GatePath: opts.fluxPath(overlayPath(c.Name, ring.Name, "gate")), ClusterPath: opts.fluxPath(overlayPath(c.Name, ring.Name, "")),
		Seen: gateSeen,

		Applications: opts.syncs(v1alpha1.SyncArgoCD) && !opts.Config.ArgoCD.ApplicationSet, argoView: opts.application(ring.Name, c),
	}
}

// waitFor lists the clusters that the i-th gate looks at: all others, or in a chain the one before it.
func (ring *Ring) waitFor(i int, opts *Options) (list []awaited) {
	for j, other := range ring.Clusters {
		if j == i || (opts.Config.Gate.Serialize == v1alpha1.SerializeChain && j != i-1) {
			continue
		}
		list = append(list, awaited{Cluster: scalar(other.Name), APIVersion: other.APIVersion(), Namespace: scalar(other.Namespace),
			Secret: scalar(opts.secretOf(other.Name)), Before: j < i})
	}
	return list
}

func (ring *Ring) isAwaited(i int, opts *Options) bool {
	if opts.Config.Gate.Serialize == v1alpha1.SerializeChain {
		return i+1 < len(ring.Clusters)
	}
	return len(ring.Clusters) > 1
}

// secretOf names the Secret with the credentials for a cluster: as kubemcsa --as named it, or as render.yaml says.
func (o *Options) secretOf(cluster string) string {
	if name, ok := o.Config.Gate.Secrets[cluster]; ok {
		return name
	}
	return cluster
}

// asksWebhook: the API server of a cluster does not know the policies.
func (o *Options) asksWebhook(cluster string) bool {
	return o.Config.Gate.Admission[cluster] == v1alpha1.AdmissionWebhook
}

// seedsElsewhere lists the seeds that are no pods of this cluster: one of them must answer before a datacenter is created beside them.
func (ring *Ring) seedsElsewhere(c *Cluster) (hosts []string) {
	own := map[string]bool{}
	for _, pod := range c.Typed.Pods() {
		own[pod] = true
	}
	for _, seed := range c.Seeds() {
		if pod, _, _ := strings.Cut(seed, "."); !own[pod] {
			hosts = append(hosts, scalar(seed))
		}
	}
	return hosts
}

// bindingName joins namespace and ring by a dot, which neither has: with a dash a-b and c would share the binding of a and b-c.
func (ring *Ring) bindingName(c *Cluster) string {
	return "casskop-gitops-" + c.Namespace + "." + ring.Name
}

func fluxGateName(ring *Ring) string { return ring.Name + "-gate" }

func fluxDir(cluster string) string { return path.Join(clustersDir, cluster, "flux") }

// fluxPath is a path of the tree as Flux knows it: from the root of the source.
func (o *Options) fluxPath(below string) string {
	return scalar("./" + strings.TrimPrefix(path.Join(o.Config.Flux.Path, below), "/"))
}

func (o *Options) fluxView() fluxView {
	flux := &o.Config.Flux
	source := v1alpha1.RenderSourceRef{Kind: scalar(flux.SourceRef.Kind), Name: scalar(flux.SourceRef.Name)}
	if flux.SourceRef.Namespace != "" {
		source.Namespace = scalar(flux.SourceRef.Namespace)
	}
	return fluxView{FluxNamespace: scalar(flux.Namespace), Interval: duration(flux.Interval.Duration), RetryInterval: duration(flux.RetryInterval.Duration),
		Source: source}
}

// image is a container image taken apart as kustomize wants it.
type image struct{ Name, Tag, Digest string }

// controllerView is what the objects that install the gate controller show.
type controllerView struct {
	fluxView
	argoView
	Path           string
	Components     []string
	ArgoComponents []string
	Image          *image
	ImageReference string
}

// gateControllerFiles renders, for each delivery tool, the objects that install the gate controller itself in some clusters.
func gateControllerFiles(clusters []string, opts *Options) ([]File, error) {
	below := path.Join(baseDir, gateDir, "controller")
	v := controllerView{fluxView: opts.fluxView(), Path: opts.fluxPath(below)}
	if ref := opts.Config.Gate.Image; ref != "" {
		v.Image, v.ImageReference = splitImage(ref), scalar("casskop-gitops-gate="+ref)
	}
	w := fileWriter{}
	for _, cluster := range clusters {
		v.Components = opts.components(cluster)
		if opts.syncs(v1alpha1.SyncFlux) {
			w.text(cluster, path.Join(fluxDir(cluster), gateControllerFile), gateControllerFile, v)
		}
		if opts.syncs(v1alpha1.SyncArgoCD) && !opts.Config.ArgoCD.ApplicationSet {
			v.argoView = opts.argoView(controllerApplication, cluster, below)
			v.Destination, v.ArgoComponents = opts.destination(cluster), beside(v.Components)
			w.text(cluster, path.Join(argoDir(cluster), gateControllerFile), "argocd-"+gateControllerFile, v)
		}
	}
	if opts.syncs(v1alpha1.SyncArgoCD) && opts.Config.ArgoCD.ApplicationSet {
		v.argoView, v.ArgoComponents = opts.argoSet(controllerApplication, path.Join(clustersDir, "*"), below), opts.setComponents(clusters)
		w.text("", path.Join(baseDir, gateDir, applicationSetFile), "argocd-gate-applicationset.yaml", v)
	}
	return w.files, w.err
}

// components are the folders of base/gate that are installed beside the controller in a cluster: what holds, and what render.yaml adds. That
// for Argo CD goes where it is.
func (o *Options) components(cluster string) []string {
	holds := "policies"
	if o.asksWebhook(cluster) {
		holds = "webhook"
	}
	all := append([]string{holds}, o.Config.Gate.Components...)
	return slices.DeleteFunc(all, func(component string) bool { return component == v1alpha1.ComponentArgoCD && !o.hasArgoCD(cluster) })
}

// inCluster is how Argo CD calls the API server of the cluster it runs in; its name for it is in-cluster.
const inCluster = "https://kubernetes.default.svc"

// hasArgoCD: the Applications of a cluster are in that cluster itself, not on a hub elsewhere.
func (o *Options) hasArgoCD(cluster string) bool {
	d := o.Config.ArgoCD.Destinations[cluster]
	return o.syncs(v1alpha1.SyncArgoCD) && (d.Server == inCluster || d.Name == "in-cluster")
}

// setComponents are the same for an ApplicationSet.
func (o *Options) setComponents(clusters []string) []string {
	components, holds := o.components(clusters[0]), map[string]string{}
	for _, cluster := range clusters {
		holds[cluster] = o.components(cluster)[0]
	}
	components[0] = byCluster(strconv.Quote(components[0]), components[0], holds)
	return beside(components)
}

// beside are components as seen from the controller's folder.
func beside(components []string) (paths []string) {
	for _, component := range components {
		paths = append(paths, scalar("../"+component))
	}
	return paths
}

// splitImage takes an image reference apart: a colon after the last slash begins the tag, one before it a port.
func splitImage(ref string) *image {
	name, digest, pinned := strings.Cut(ref, "@")
	img := &image{Name: scalar(name)}
	if pinned {
		img.Digest = scalar(digest)
	}
	if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "/") {
		img.Name, img.Tag = scalar(name[:i]), scalar(name[i+1:])
	}
	return img
}

// duration writes 10m for what time.Duration calls 10m0s.
func duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
