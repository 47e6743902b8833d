package argocd

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
)

// trackingID is the annotation by which Argo CD knows what it applied: <application>:<group>/<kind>:<namespace>/<name>, the
// application being <namespace>_<name> outside of Argo CD's own namespace (Argo CD, util/argo/resource_tracking.go).
const trackingID = "argocd.argoproj.io/tracking-id"

// inCluster is how Argo CD calls the API server of the cluster it runs in.
const inCluster = "https://kubernetes.default.svc"

// deliveredBy names the Application that applied a Gate. It has no name if the Gate came here in another way.
func (t *Tool) deliveredBy(gate *v1alpha1.Gate) (app types.NamespacedName, err error) {
	id := gate.Annotations[trackingID]
	if id == "" {
		return app, nil
	}
	name, object, _ := strings.Cut(id, ":")
	if want := fmt.Sprintf("%s/%s:%s/%s", v1alpha1.GroupVersion.Group, v1alpha1.KindGate, gate.Namespace, gate.Name); object != want {
		return app, notify.Refusal(fmt.Sprintf("annotation %s is %q, which is of another object: want <application>:%s", trackingID, id, want))
	}
	namespace, rest, outside := strings.Cut(name, "_")
	if !outside {
		namespace, rest = t.Namespace, name
	}
	if namespace != t.Namespace || rest == "" {
		return app, notify.Refusal(fmt.Sprintf("annotation %s is %q, an Application outside of namespace %s, the one of --argocd-namespace", trackingID, id, t.Namespace))
	}
	return types.NamespacedName{Namespace: namespace, Name: rest}, nil
}

// delivers is an error if the Application does not say that it delivers the Gate to this cluster: the annotation of a Gate that was
// copied by hand names an Application of another cluster.
func (a *application) delivers(gate *v1alpha1.Gate) error {
	self := resource{Group: v1alpha1.GroupVersion.Group, Kind: v1alpha1.KindGate, Namespace: gate.Namespace, Name: gate.Name}
	if !slices.Contains(a.Status.Resources, self) {
		return a.refuse("does not list Gate %s/%s in status.resources", gate.Namespace, gate.Name)
	}
	to := a.Spec.Destination
	if to.Server != "" && to.Server != inCluster {
		return a.refuse("delivers to another cluster: destination.server is %s, want %s, or the name of this cluster", to.Server, inCluster)
	}
	if slices.ContainsFunc(gate.Spec.WaitFor, func(w v1alpha1.WaitFor) bool { return w.Cluster == to.Name }) {
		return a.refuse("delivers to cluster %s, which this Gate waits for", to.Name)
	}
	return nil
}

func (a *application) refuse(format string, args ...any) error {
	return notify.Refusal(fmt.Sprintf("Application %s/%s ", a.Metadata.Namespace, a.Metadata.Name) + fmt.Sprintf(format, args...))
}
