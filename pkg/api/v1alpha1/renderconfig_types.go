package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// KindRenderConfig is the kind of a RenderConfig.
const KindRenderConfig = "RenderConfig"

// Values of RenderConfig.Sync.
const (
	// SyncFlux writes the Flux Kustomizations.
	SyncFlux = "flux"

	// SyncArgoCD writes the Argo CD Applications.
	SyncArgoCD = "argocd"

	// SyncNone writes neither.
	SyncNone = "none"
)

// Values of RenderConfig.Seeds.
const (
	// SeedsAuto takes the seeds from status.seedlist of the MultiCasskop, and computes them when there are none.
	SeedsAuto = "auto"

	// SeedsUnmanaged writes no seeds: they are delivered otherwise.
	SeedsUnmanaged = "unmanaged"
)

// Values of RenderConfig.ZeroValues.
const (
	// ZeroValuesHonour lets an explicit zero value or null in an override replace the value of the base.
	ZeroValuesHonour = "honour"

	// ZeroValuesIgnore keeps the value of the base, as Multi-CassKop did.
	ZeroValuesIgnore = "ignore"
)

// Values of RenderGate.Components: folders of base/gate.
const (
	// ComponentNetworkPolicies lets the gate controller reach the ports that it needs, and others its metrics, and nothing else.
	ComponentNetworkPolicies = "network-policies"

	// ComponentMonitoring has Prometheus scrape the gate controller, and brings alerts. It needs the CRDs of prometheus-operator.
	ComponentMonitoring = "monitoring"

	// ComponentDashboard is a dashboard for Grafana.
	ComponentDashboard = "dashboard"

	// ComponentArgoCD has Argo CD try again as soon as a gate opens. It is for clusters in which Argo CD's Applications are, in namespace argocd.
	ComponentArgoCD = "argocd"
)

// Values of RenderGate.Admission.
const (
	// AdmissionPolicies puts the CassandraClusters under the admission policies of base/gate.
	AdmissionPolicies = "Policies"

	// AdmissionWebhook writes nothing for the policies, and has Flux install the gate with its webhooks.
	AdmissionWebhook = "Webhook"
)

// RenderConfig is the file render.yaml: the options of render that a repository keeps. It is never an object of a cluster. Flags
// of the command line override it.
type RenderConfig struct {
	metav1.TypeMeta `json:",inline"`

	// Sync lists the delivery tools to write objects for: flux, argocd, none. Default: [flux].
	Sync []string `json:"sync,omitempty"`

	// Seeds is auto (as given in the MultiCasskop, else computed) or unmanaged (none written). Default: auto.
	Seeds string `json:"seeds,omitempty"`

	// ZeroValues is honour (an explicit zero value or null in an override replaces the value of the base) or ignore (the base
	// keeps its value, as under Multi-CassKop). Default: honour.
	ZeroValues string `json:"zeroValues,omitempty"`

	// Flux are the options of the Flux Kustomizations.
	Flux RenderFlux `json:"flux,omitzero"`

	// ArgoCD are the options of the Argo CD Applications.
	ArgoCD RenderArgoCD `json:"argocd,omitzero"`

	// Gate are the options of the Gates.
	Gate RenderGate `json:"gate,omitzero"`
}

// RenderFlux are the options of the Flux Kustomizations.
type RenderFlux struct {
	// Namespace is where the Kustomizations live. Default: flux-system.
	Namespace string `json:"namespace,omitempty"`

	// SourceRef names the Flux source that holds the rendered tree.
	SourceRef RenderSourceRef `json:"sourceRef,omitzero"`

	// Path is where the output directory of render lies in the source, relative to its root. Default: "." (the root).
	Path string `json:"path,omitempty"`

	// Interval is how often Flux corrects drift. Default: 10m.
	Interval *metav1.Duration `json:"interval,omitempty"`

	// RetryInterval is how soon Flux tries again after a failure. It may be long: an opening gate asks for a reconcile itself.
	// Default: 10m.
	RetryInterval *metav1.Duration `json:"retryInterval,omitempty"`
}

// RenderSourceRef names a Flux source.
type RenderSourceRef struct {
	// Kind is the kind of the source. Default: GitRepository.
	Kind string `json:"kind,omitempty"`

	// Name is the name of the source. Default: flux-system.
	Name string `json:"name,omitempty"`

	// Namespace is the namespace of the source. Default: empty, the namespace of the Kustomizations.
	Namespace string `json:"namespace,omitempty"`
}

// RenderArgoCD are the options of the Argo CD Applications.
type RenderArgoCD struct {
	// Namespace is where the Applications live. Default: argocd.
	Namespace string `json:"namespace,omitempty"`

	// RepoURL is the URL of the git repository that holds the rendered tree. Required for Argo CD.
	RepoURL string `json:"repoURL,omitempty"`

	// Path is where the output directory of render lies in the repository, relative to its root. Default: "." (the root).
	Path string `json:"path,omitempty"`

	// Revision is the branch, tag or commit to follow. Default: HEAD.
	Revision string `json:"revision,omitempty"`

	// Project is the Argo CD project of the Applications. Default: default.
	Project string `json:"project,omitempty"`

	// ApplicationSet writes one ApplicationSet for all clusters of a ring, in the place of an Application for each. Default: false.
	ApplicationSet bool `json:"applicationSet,omitempty"`

	// Destinations says how Argo CD knows each cluster, by the cluster's key in spec.override. Default: by that key as its name.
	Destinations map[string]RenderDestination `json:"destinations,omitempty"`
}

// RenderDestination is a cluster as Argo CD knows it: by its name or by its server, not both.
type RenderDestination struct {
	// Name is the name of the cluster in Argo CD.
	Name string `json:"name,omitempty"`

	// Server is the URL of the cluster's API server.
	Server string `json:"server,omitempty"`
}

// RenderGate are the options of the Gates.
type RenderGate struct {
	// Image is the container image of the gate controller. Default: empty, the one that base/gate names.
	Image string `json:"image,omitempty"`

	// Components lists what is installed beside the gate controller: network-policies, monitoring, dashboard, argocd. An empty list is
	// none. Default: [network-policies].
	Components []string `json:"components,omitzero"`

	// StableFor is spec.stableFor of each Gate: how long a CassandraCluster must have been ready without a break. Default: 60s.
	StableFor *metav1.Duration `json:"stableFor,omitempty"`

	// Serialize is spec.serialize of each Gate: Ring or Chain. Default: Ring.
	Serialize Serialize `json:"serialize,omitempty"`

	// Reader is the ServiceAccount that the gates of the other clusters read with. Default: casskop-gitops-reader.
	Reader string `json:"reader,omitempty"`

	// Seeds are the options of the check that a seed answers.
	Seeds RenderGateSeeds `json:"seeds,omitzero"`

	// Secrets gives the name of the Secret with the credentials for each cluster, by the cluster's key in spec.override.
	// Default: a Secret is named after its cluster.
	Secrets map[string]string `json:"secrets,omitempty"`

	// Admission says who refuses what a Gate holds, by the cluster's key in spec.override: Policies (the API server itself) or
	// Webhook (the gate, for an API server that does not know the policies). Default: Policies.
	Admission map[string]string `json:"admission,omitempty"`

	// Hold lists the clusters whose gates are kept closed. Default: none.
	Hold []string `json:"hold,omitempty"`
}

// RenderGateSeeds are the options of the check that a seed answers.
type RenderGateSeeds struct {
	// Policy is spec.seeds.policy of each Gate: Require, Warn or "Off". Write "Off" in quotes: the bare word is a boolean in YAML.
	// Default: Require.
	Policy SeedPolicy `json:"policy,omitempty"`

	// Port is spec.seeds.port of each Gate: the TCP port on which a seed answers. Default: 8778.
	Port int32 `json:"port,omitempty"`
}
