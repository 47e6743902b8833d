package remote

import (
	"k8s.io/apimachinery/pkg/types"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

func nameOfGate(gate *v1alpha1.Gate) types.NamespacedName {
	return types.NamespacedName{Namespace: gate.Namespace, Name: gate.Name}
}

// interests of a gate: the CassandraCluster here, and of each cluster waited for the Gate (Ring only) and the CassandraCluster.
func (c *Clusters) interests(gate *v1alpha1.Gate) []interest {
	all := []interest{c.interestHere(gate)}
	for _, w := range gate.Spec.WaitFor {
		if gate.Spec.Serialize != v1alpha1.SerializeChain {
			all = append(all, interestInWish(gate, w))
		}
		all = append(all, interestInCassandra(gate, w))
	}
	return all
}

func (c *Clusters) interestHere(gate *v1alpha1.Gate) interest {
	at := place{cassandrasResource(gate.Spec.APIVersion), gate.Namespace}
	if c.everywhere {
		at.namespace = ""
	}
	return interest{watching{types.NamespacedName{}, at}, nameOfGate(gate)}
}

func interestInWish(gate *v1alpha1.Gate, w v1alpha1.WaitFor) interest {
	return interest{watching{secretOf(gate, w), place{gatesResource, w.Namespace}}, objectOf(w)}
}

func interestInCassandra(gate *v1alpha1.Gate, w v1alpha1.WaitFor) interest {
	return interest{watching{secretOf(gate, w), place{cassandrasResource(w.APIVersion), w.Namespace}}, objectOf(w)}
}

func secretOf(gate *v1alpha1.Gate, w v1alpha1.WaitFor) types.NamespacedName {
	return types.NamespacedName{Namespace: gate.Namespace, Name: w.SecretRef.Name}
}

func objectOf(w v1alpha1.WaitFor) types.NamespacedName {
	return types.NamespacedName{Namespace: w.Namespace, Name: w.Name}
}
