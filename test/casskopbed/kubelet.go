package casskopbed

import (
	"context"
	"net/http"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
)

// KubeletUser is the user of a Kubelet in audit logs.
const KubeletUser = "kubelet"

// nodeName is the Kubernetes node that all pods are bound to. There is no such object.
const nodeName = "node1"

// Kubelet plays scheduler and kubelet for the pods of a namespace.
type Kubelet struct {
	at        site
	client    client.Client // reads pods from a cache
	direct    client.Reader
	options   Options
	cassandra *Cassandra
	look      chan event.GenericEvent

	mu      sync.Mutex
	running map[types.NamespacedName]*process
	broken  map[string]bool // images that cannot be pulled
	sick    map[string]bool // pods that are not ready
}

// process is what runs in a pod.
type process struct {
	pod       types.UID
	identity  string // of its data
	address   string
	started   time.Time
	stopped   time.Time
	agent     *http.Server
	listening sync.WaitGroup
}

// Reconcile brings one pod a step further.
func (k *Kubelet) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	pod := &corev1.Pod{}
	err := k.client.Get(ctx, request.NamespacedName, pod)
	if apierrors.IsNotFound(err) {
		k.forget(request.NamespacedName)
		return ctrl.Result{}, nil
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	result, err := k.step(ctx, pod)
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) { // the cache is behind
		return ctrl.Result{RequeueAfter: 20 * time.Millisecond}, nil
	}
	return result, err
}

func (k *Kubelet) step(ctx context.Context, pod *corev1.Pod) (ctrl.Result, error) {
	switch {
	case pod.DeletionTimestamp != nil:
		return k.terminate(ctx, pod)
	case pod.Spec.NodeName == "":
		binding := &corev1.Binding{Target: corev1.ObjectReference{Kind: "Node", Name: nodeName}}
		return ctrl.Result{}, k.client.SubResource("binding").Create(ctx, pod, binding)
	case k.isBroken(pod) && k.processOf(pod) == nil:
		return ctrl.Result{}, k.report(ctx, pod, pullFails(pod))
	}
	p, err := k.ensureProcess(ctx, pod)
	if err != nil {
		return ctrl.Result{}, err
	}
	if wait := time.Until(p.started.Add(k.options.StartTime)); wait > 0 {
		return ctrl.Result{RequeueAfter: wait}, k.report(ctx, pod, runs(pod, p, false))
	}
	k.cassandra.join(p.identity)
	return ctrl.Result{}, k.report(ctx, pod, runs(pod, p, !k.isSick(pod)))
}

// terminate ends what runs at once, and lets the pod go after its time.
func (k *Kubelet) terminate(ctx context.Context, pod *corev1.Pod) (ctrl.Result, error) {
	if p := k.processOf(pod); p != nil {
		k.stop(p)
		if wait := time.Until(p.stopped.Add(k.options.StopTime)); wait > 0 {
			return ctrl.Result{RequeueAfter: wait}, k.report(ctx, pod, runs(pod, p, false))
		}
	}
	return ctrl.Result{}, k.client.Delete(ctx, pod, client.GracePeriodSeconds(0), client.Preconditions{UID: &pod.UID})
}

// report writes the status of a pod if it is another one.
func (k *Kubelet) report(ctx context.Context, pod *corev1.Pod, status corev1.PodStatus) error {
	status.QOSClass = pod.Status.QOSClass // the API server's
	if equality.Semantic.DeepEqual(pod.Status, status) {
		return nil
	}
	pod.Status = status
	return k.client.Status().Update(ctx, pod)
}
