package render

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

var configType = schema.Of[v1alpha1.RenderConfig]()

// DefaultConfig is the configuration of a repository without a render.yaml.
func DefaultConfig() *v1alpha1.RenderConfig {
	c := &v1alpha1.RenderConfig{}
	c.Default()
	return c
}

// ParseConfig reads render.yaml. Unknown keys are errors: an option that is not obeyed is worse than none.
func ParseConfig(src Source) (*v1alpha1.RenderConfig, Problems) {
	docs, problems := parseSource(src)
	if len(problems) > 0 {
		return nil, problems
	}
	if len(docs) != 1 {
		return nil, Problems{{File: src.Name, Message: fmt.Sprintf("expected one document of kind %s, found %d", v1alpha1.KindRenderConfig, len(docs)),
			Hint: "without the file the defaults apply"}}
	}
	c := configReader{doc: docs[0]}
	return c.read(), c.problems.Sorted()
}

type configReader struct {
	doc      *document
	problems Problems
}

func (r *configReader) fail(at schema.Path, value any, message, hint string) {
	r.problems = append(r.problems, r.doc.problem(at, value, message, hint))
}

func (r *configReader) read() *v1alpha1.RenderConfig {
	if got := r.doc.value["apiVersion"]; got != v1alpha1.GroupVersion.String() {
		r.fail(schema.Path{"apiVersion"}, got, "expected apiVersion: "+v1alpha1.GroupVersion.String(), "")
	}
	if got := r.doc.value["kind"]; got != v1alpha1.KindRenderConfig {
		r.fail(schema.Path{"kind"}, got, "expected kind: "+v1alpha1.KindRenderConfig, "")
	}
	checked := configType.Check(r.doc.value, "", func(f schema.Finding) {
		message := f.Want
		if f.Reason == schema.UnknownField {
			message = "unknown option"
		}
		r.fail(f.Path, f.Value, message, f.Hint)
	})
	if len(r.problems) > 0 {
		return nil
	}
	config := &v1alpha1.RenderConfig{}
	b, err := json.Marshal(checked)
	if err == nil {
		err = json.Unmarshal(b, config)
	}
	if err != nil { // the schema let something through that encoding/json does not
		r.fail(nil, nil, err.Error(), "")
		return nil
	}
	config.Default()
	r.validate(config)
	return config
}

func (r *configReader) validate(c *v1alpha1.RenderConfig) {
	for i, engine := range c.Sync {
		r.oneOf(schema.Path{"sync", i}, engine, v1alpha1.SyncFlux, v1alpha1.SyncArgoCD, v1alpha1.SyncNone)
	}
	r.oneOf(schema.Path{"seeds"}, c.Seeds, v1alpha1.SeedsAuto, v1alpha1.SeedsUnmanaged)
	r.oneOf(schema.Path{"zeroValues"}, c.ZeroValues, v1alpha1.ZeroValuesHonour, v1alpha1.ZeroValuesIgnore)
	for i, component := range c.Gate.Components {
		r.oneOf(schema.Path{"gate", "components", i}, component, v1alpha1.ComponentNetworkPolicies, v1alpha1.ComponentMonitoring, v1alpha1.ComponentDashboard,
			v1alpha1.ComponentArgoCD)
		if slices.Contains(c.Gate.Components[:i], component) {
			r.fail(schema.Path{"gate", "components", i}, component, "is listed twice", "")
		}
		if component == v1alpha1.ComponentArgoCD && !argoCDIsHere(c) {
			r.fail(schema.Path{"gate", "components", i}, component, "needs sync: [argocd], argocd.namespace: argocd, and a cluster in argocd.destinations "+
				"that is the one Argo CD runs in: {server: "+inCluster+"}", "")
		}
		if component == v1alpha1.ComponentArgoCD && c.ArgoCD.ApplicationSet {
			r.fail(schema.Path{"gate", "components", i}, component, "does not go with argocd.applicationSet, which installs the same everywhere", "")
		}
	}
	r.oneOf(schema.Path{"gate", "serialize"}, string(c.Gate.Serialize), string(v1alpha1.SerializeRing), string(v1alpha1.SerializeChain))
	r.oneOf(schema.Path{"gate", "seeds", "policy"}, string(c.Gate.Seeds.Policy), string(v1alpha1.SeedPolicyRequire),
		string(v1alpha1.SeedPolicyWarn), string(v1alpha1.SeedPolicyOff))
	if c.Gate.StableFor.Duration < 0 {
		r.fail(schema.Path{"gate", "stableFor"}, c.Gate.StableFor.Duration.String(), "expected 0s or more", "")
	}
	if p := c.Gate.Seeds.Port; p < 1 || p > 65535 {
		r.fail(schema.Path{"gate", "seeds", "port"}, p, "expected a port from 1 to 65535", "")
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"interval", c.Flux.Interval.Duration}, {"retryInterval", c.Flux.RetryInterval.Duration}} {
		if d.value <= 0 {
			r.fail(schema.Path{"flux", d.name}, d.value.String(), "expected more than 0s", "")
		}
	}
	for cluster, secret := range c.Gate.Secrets {
		r.subdomain(schema.Path{"gate", "secrets", cluster}, secret)
	}
	for cluster, who := range c.Gate.Admission {
		r.oneOf(schema.Path{"gate", "admission", cluster}, who, v1alpha1.AdmissionPolicies, v1alpha1.AdmissionWebhook)
	}
	r.subdomain(schema.Path{"gate", "reader"}, c.Gate.Reader)
	r.subdomain(schema.Path{"flux", "namespace"}, c.Flux.Namespace)
	r.subdomain(schema.Path{"flux", "sourceRef", "name"}, c.Flux.SourceRef.Name)
	r.subdomain(schema.Path{"argocd", "namespace"}, c.ArgoCD.Namespace)
	r.subdomain(schema.Path{"argocd", "project"}, c.ArgoCD.Project)
	for cluster, d := range c.ArgoCD.Destinations {
		if (d.Name == "") == (d.Server == "") {
			r.fail(schema.Path{"argocd", "destinations", cluster}, nil, "expected name or server, one of them", "")
		}
	}
}

// argoCDIsHere: some cluster has the Applications that deliver to it, where base/gate/argocd expects them.
func argoCDIsHere(c *v1alpha1.RenderConfig) bool {
	o := Options{Config: c}
	return c.ArgoCD.Namespace == "argocd" &&
		slices.ContainsFunc(slices.Collect(maps.Keys(c.ArgoCD.Destinations)), o.hasArgoCD)
}

func (r *configReader) oneOf(at schema.Path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		r.fail(at, value, fmt.Sprintf("expected one of %q", allowed), schema.Suggest(value, allowed))
	}
}

func (r *configReader) subdomain(at schema.Path, name string) {
	if errs := validation.IsDNS1123Subdomain(name); len(errs) > 0 {
		r.fail(at, name, "cannot be the name of an object: "+ruleOf(errs), "")
	}
}
