package v1alpha1

import (
	"cmp"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Defaults of a Gate's spec, as the CRD has them, and of the options that fill it.
const (
	// DefaultStableFor is how long a CassandraCluster must have been ready without a break.
	DefaultStableFor = 60 * time.Second

	// DefaultSerialize asks every other cluster of the ring.
	DefaultSerialize = SerializeRing

	// DefaultSeedPolicy holds the gate until a seed answers.
	DefaultSeedPolicy = SeedPolicyRequire

	// DefaultSeedPort is the TCP port that CassKop's bootstrap tries on a seed.
	DefaultSeedPort int32 = 8778

	// DefaultReader is the ServiceAccount that the gates of the other clusters read with.
	DefaultReader = "casskop-gitops-reader"
)

// Default fills in every option that is not set. What is set stays, and a second call changes nothing.
func (c *RenderConfig) Default() {
	c.APIVersion = cmp.Or(c.APIVersion, GroupVersion.String())
	c.Kind = cmp.Or(c.Kind, KindRenderConfig)

	if len(c.Sync) == 0 {
		c.Sync = []string{SyncFlux}
	}

	c.Seeds = cmp.Or(c.Seeds, SeedsAuto)
	c.ZeroValues = cmp.Or(c.ZeroValues, ZeroValuesHonour)

	c.Flux.setDefaults()
	c.ArgoCD.setDefaults()
	c.Gate.setDefaults()
}

func (f *RenderFlux) setDefaults() {
	f.Namespace = cmp.Or(f.Namespace, "flux-system")
	f.SourceRef.Kind = cmp.Or(f.SourceRef.Kind, "GitRepository")
	f.SourceRef.Name = cmp.Or(f.SourceRef.Name, "flux-system")
	f.Path = cmp.Or(f.Path, ".")
	f.Interval = durationOr(f.Interval, 10*time.Minute)
	f.RetryInterval = durationOr(f.RetryInterval, 10*time.Minute)
}

func (a *RenderArgoCD) setDefaults() {
	a.Namespace = cmp.Or(a.Namespace, "argocd")
	a.Path = cmp.Or(a.Path, ".")
	a.Revision = cmp.Or(a.Revision, "HEAD")
	a.Project = cmp.Or(a.Project, "default")
}

func (g *RenderGate) setDefaults() {
	if g.Components == nil { // an empty list is an answer
		g.Components = []string{ComponentNetworkPolicies}
	}

	g.StableFor = durationOr(g.StableFor, DefaultStableFor)
	g.Serialize = cmp.Or(g.Serialize, DefaultSerialize)
	g.Reader = cmp.Or(g.Reader, DefaultReader)
	g.Seeds.Policy = cmp.Or(g.Seeds.Policy, DefaultSeedPolicy)
	g.Seeds.Port = cmp.Or(g.Seeds.Port, DefaultSeedPort)
}

// durationOr keeps an explicit zero: only an absent duration is filled in.
func durationOr(d *metav1.Duration, fallback time.Duration) *metav1.Duration {
	if d != nil {
		return d
	}

	return &metav1.Duration{Duration: fallback}
}
