package fluxbed

import (
	"path"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// GateKustomization is the name of the Kustomization that render makes for the gate controller.
const GateKustomization = "casskop-gitops-gate"

// InstallGate has Flux apply the gate controller's part of the committed tree, and waits until it is ready. A ring that comes
// in the same commit would wait for it, and look again after 30 s only.
func (f *Flux) InstallGate(t testing.TB) {
	t.Helper()
	const file = "gate-controller.yaml"
	tree := Tree{path.Join(f.folder, file): Committed(t)["clusters/k8s-cluster1/flux/"+file]} // the same in all clusters
	tree.read(t, bed.Root(), "base/gate")
	f.Push(t, tree)
	f.RunGateDeployment(t)
	f.WaitReady(t, time.Minute, GateKustomization, "True")
}

// RunGateDeployment waits until Flux has applied a new Deployment of the gate controller and then reports its pods as running, in
// the place of what a cluster without nodes lacks. Flux waits for that.
func (f *Flux) RunGateDeployment(t testing.TB) {
	t.Helper()
	var deployment appsv1.Deployment
	key := client.ObjectKey{Namespace: bed.GateNamespace, Name: "casskop-gitops-gate"}
	bed.WaitFor(t, time.Minute, "Flux has applied a new Deployment "+key.String(), func() (bool, string) {
		if err := f.cluster.Client.Get(t.Context(), key, &deployment); err != nil {
			return false, err.Error()
		}
		return deployment.Status.ObservedGeneration != deployment.Generation, "it has not changed"
	})
	replicas := *deployment.Spec.Replicas
	deployment.Status = appsv1.DeploymentStatus{
		ObservedGeneration: deployment.Generation,
		Replicas:           replicas, UpdatedReplicas: replicas, ReadyReplicas: replicas, AvailableReplicas: replicas,
		Conditions: []appsv1.DeploymentCondition{
			{Type: appsv1.DeploymentAvailable, Status: corev1.ConditionTrue, Reason: "MinimumReplicasAvailable"},
			{Type: appsv1.DeploymentProgressing, Status: corev1.ConditionTrue, Reason: "NewReplicaSetAvailable"},
		},
	}
	must(t, f.cluster.Client.Status().Update(t.Context(), &deployment))
}
