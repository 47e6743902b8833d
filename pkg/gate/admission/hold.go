package admission

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// longest is how long a message of a policy may be, in bytes (apiserver's pkg/apis/cel/config.go).
const longest = 5 * 1024

// Denial says why a write may not take its revision, and is empty when it may. gate is its Gate, nil if there is none. A
// CassandraCluster without a Gate is held if it carries the annotation of the revision, or did.
func (w *Write) Denial(gate *v1alpha1.Gate) string {
	if !w.TakesRevision() || gate == nil && !w.marked() {
		return ""
	}
	if gate == nil {
		return fmt.Sprintf("no Gate: there is no Gate %s/%s, and the CassandraCluster carries annotation %s, or did; apply the folder gate/ of the ring first",
			w.Namespace, w.Name, v1alpha1.AnnotationRevision)
	}
	// the order is that of the policy: the first one that fails is told
	revision, observed := w.revision(), cmp.Or(gate.Status.ObservedGeneration, -1)
	switch {
	case revision == "":
		return "no revision: annotation casskop-gitops.dev/revision is missing or empty; apply what render wrote, with " +
			"kubectl apply -k clusters/<cluster>/<ring>"
	case revision != gate.Spec.Revision:
		return told("another revision: this CassandraCluster has "+revision+", its Gate wants "+gate.Spec.Revision+
			"; apply both from one commit, the Gate first",
			"another revision than the one that its Gate wants; apply both from one commit, the Gate first")
	case observed != gate.Generation:
		return fmt.Sprintf("not judged yet: Gate %s/%s has generation %d, the gate controller has seen %d; try again in some seconds, "+
			"and if it stays so, see kubectl get pods -n casskop-gitops-system", gate.Namespace, gate.Name, gate.Generation, observed)
	case revision != gate.Status.OpenedRevision:
		return told("held at "+revision+": "+why(gate)+"; see kubectl describe gate -n "+gate.Namespace+" "+gate.Name,
			"held, and why is too long to tell here; see kubectl describe gate")
	}
	return ""
}

func why(gate *v1alpha1.Gate) string {
	ready := apimeta.FindStatusCondition(gate.Status.Conditions, meta.ReadyCondition)
	if ready == nil {
		return "its Gate does not say why"
	}
	return strings.ReplaceAll(ready.Reason+": "+ready.Message, "\n", " ")
}

// told is a message as the API server tells it: one that is too long, or of several lines, is replaced by the fixed one.
func told(message, fixed string) string {
	message = strings.TrimSpace(message)
	if len(message) > longest || strings.Contains(message, "\n") {
		return fixed
	}
	return message
}
