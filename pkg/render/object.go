package render

import (
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// clusterObject is a CassandraCluster as a MultiCasskop may give it: of metadata what a manifest says, of status the seeds.
type clusterObject struct {
	APIVersion string                       `json:"apiVersion,omitempty"`
	Kind       string                       `json:"kind,omitempty"`
	Metadata   objectMeta                   `json:"metadata"`
	Spec       casskop.CassandraClusterSpec `json:"spec"`
	Status     clusterStatus                `json:"status,omitempty"`
}

type objectMeta struct {
	Name        string            `json:"name,omitempty"`
	Namespace   string            `json:"namespace,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Finalizers  []string          `json:"finalizers,omitempty"`
}

type clusterStatus struct {
	SeedList []string `json:"seedlist,omitempty"`
}

var clusterType = schema.Of[clusterObject]()

// serverFields of metadata are the API server's own; they come along when somebody pastes a live object.
var serverFields = map[string]bool{"creationTimestamp": true, "deletionGracePeriodSeconds": true, "deletionTimestamp": true,
	"generation": true, "managedFields": true, "resourceVersion": true, "selfLink": true, "uid": true}

// droppedAnnotations are written by controllers or clients on live objects and say nothing in a manifest.
var droppedAnnotations = map[string]bool{casskop.AnnotationLastApplied: true, "kubectl.kubernetes.io/last-applied-configuration": true}

// checkObject checks spec.base or an override, and returns it with apiVersion, kind and metadata filled in; nil after an error.
// version is the apiVersion of an object that names none.
func (r *ringReader) checkObject(raw any, at schema.Path, version string) map[string]any {
	given, ok := raw.(map[string]any)
	if !ok {
		r.fail(at, raw, "expected a CassandraCluster, or {}", "")
		return nil
	}
	before := len(r.problems.Errors())
	version = r.objectVersion(given, at, version)
	dropped := schema.Path(nil)
	checked := clusterType.Check(given, strings.TrimPrefix(version, casskop.Group+"/"), func(f schema.Finding) {
		switch {
		case f.Reason == schema.UnknownField && f.Path[0] == "metadata":
			r.metadataField(at, f)
			if serverFields[f.Path[1].(string)] {
				dropped = append(dropped, f.Path[1])
			}
		case f.Reason == schema.UnknownField && f.Path[0] == "status":
			r.fail(at.Child(f.Path...), f.Value, "only status.seedlist may be given",
				"remove it: under Multi-CassKop a status.phase of Running made all datacenters start at once")
		case f.Reason == schema.UnknownField && len(f.Path) == 1:
			r.fail(at.Child(f.Path...), f.Value, "unknown field: a CassandraCluster has apiVersion, kind, metadata, spec and status", f.Hint)
		default:
			r.finding(r.doc, at, f)
		}
	})
	out := checked.(map[string]any) // of a mapping Check makes a mapping
	out["apiVersion"], out["kind"] = version, casskop.KindCassandraCluster
	meta, _ := out["metadata"].(map[string]any) // absent: made below
	if meta == nil {
		meta = map[string]any{}
		out["metadata"] = meta
	}
	for _, name := range dropped {
		delete(meta, name.(string))
	}
	r.checkAnnotations(meta, at)
	if len(r.problems.Errors()) > before {
		return nil
	}
	return out
}

func (r *ringReader) objectVersion(given map[string]any, at schema.Path, version string) string {
	if kind, present := given["kind"]; present && kind != casskop.KindCassandraCluster {
		r.fail(at.Child("kind"), kind, "expected "+casskop.KindCassandraCluster, "")
	}
	own, present := given["apiVersion"]
	if !present {
		return version
	}
	if own != casskop.APIVersionV1alpha1 && own != casskop.APIVersionV2 {
		r.fail(at.Child("apiVersion"), own, "expected "+casskop.APIVersionV1alpha1+" or "+casskop.APIVersionV2, "")
		return version
	}
	return own.(string)
}

// metadataField refuses what a manifest cannot ask for, and passes over what a live object carries.
func (r *ringReader) metadataField(at schema.Path, f schema.Finding) {
	if serverFields[f.Path[1].(string)] {
		p := r.doc.problem(at.Child(f.Path...), f.Value, "is set by the API server, left out", "remove it")
		r.warn(p)
		return
	}
	r.fail(at.Child(f.Path...), f.Value, "expected name, namespace, labels, annotations or finalizers", f.Hint)
}

func (r *ringReader) checkAnnotations(meta map[string]any, at schema.Path) {
	annotations, _ := meta["annotations"].(map[string]any) // checked by its type
	for _, name := range sortedKeys(annotations) {
		path := at.Child("metadata", "annotations", name)
		switch {
		case droppedAnnotations[name]:
			r.warn(r.doc.problem(path, nil, "belongs to a live object, left out", "remove it"))
			delete(annotations, name)
		case strings.HasPrefix(name, v1alpha1.Prefix):
			r.fail(path, annotations[name], "annotations of "+v1alpha1.Prefix+" are written by render", "remove it")
		case strings.HasPrefix(name, "config.kubernetes.io/"), strings.HasPrefix(name, "internal.config.kubernetes.io/"):
			r.fail(path, annotations[name], "kustomize takes this annotation for its own, and it would not reach the cluster", "remove it")
		case r.opts.syncs(v1alpha1.SyncArgoCD) && (name == "argocd.argoproj.io/sync-wave" || name == "argocd.argoproj.io/hook"):
			r.fail(path, annotations[name], "the gate goes before the CassandraCluster: it is in wave -1, and the CassandraCluster in wave 0", "remove it")
		case r.opts.syncs(v1alpha1.SyncArgoCD) && forces(name, annotations[name]):
			r.fail(path, annotations[name], "with Force or Replace Argo CD may delete a CassandraCluster that it cannot change, and its data with it", "remove it")
		}
	}
}
