package casskopbed

import (
	"context"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// ensureProcess starts what runs in a pod, if it does not run yet.
func (k *Kubelet) ensureProcess(ctx context.Context, pod *corev1.Pod) (*process, error) {
	if p := k.processOf(pod); p != nil {
		return p, nil
	}
	identity, err := k.identity(ctx, pod)
	if err != nil {
		return nil, err
	}
	zone, err := k.zone(ctx, pod)
	if err != nil {
		return nil, err
	}
	listener, address, err := listen(k.wantedAddress(pod.Name))
	if err != nil {
		return nil, err
	}
	p := &process{pod: pod.UID, identity: identity, address: address, started: time.Now()}
	k.cassandra.start(identity, node{pod: pod.Name, at: k.at, address: address,
		names: podNames(pod.Namespace, pod.Spec.Hostname, pod.Spec.Subdomain, zone)}, Seeds(pod.Spec))
	p.agent = &http.Server{Handler: k.cassandra.jolokia(identity), ReadHeaderTimeout: time.Minute}
	p.listening.Go(func() { _ = p.agent.Serve(listener) }) // it ends when it is closed
	k.mu.Lock()
	defer k.mu.Unlock()
	k.running[client.ObjectKeyFromObject(pod)] = p
	return p, nil
}

// wantedAddress of a pod; empty: any will do.
func (k *Kubelet) wantedAddress(pod string) string {
	if address := k.options.Addresses[pod]; address != "" || k.options.NewAddress == nil {
		return address
	}
	return k.options.NewAddress()
}

// identity of the data of a pod: that of its volume. Without one it goes with the pod.
func (k *Kubelet) identity(ctx context.Context, pod *corev1.Pod) (string, error) {
	for _, volume := range pod.Spec.Volumes {
		if volume.PersistentVolumeClaim != nil {
			claim := &corev1.PersistentVolumeClaim{}
			err := k.direct.Get(ctx, types.NamespacedName{Namespace: pod.Namespace, Name: volume.PersistentVolumeClaim.ClaimName}, claim)
			return string(claim.UID), err
		}
	}
	return string(pod.UID), nil
}

// zone is what the pod's service asks external-dns for.
func (k *Kubelet) zone(ctx context.Context, pod *corev1.Pod) (string, error) {
	service := &corev1.Service{}
	err := k.direct.Get(ctx, types.NamespacedName{Namespace: pod.Namespace, Name: pod.Spec.Subdomain}, service)
	return service.Annotations[casskop.AnnotationHostname], client.IgnoreNotFound(err)
}

// processOf is what runs, or has run, in a pod; nil before it began.
func (k *Kubelet) processOf(pod *corev1.Pod) *process {
	k.mu.Lock()
	defer k.mu.Unlock()
	if p := k.running[client.ObjectKeyFromObject(pod)]; p != nil && p.pod == pod.UID {
		return p
	}
	return nil
}

// stop ends what runs in a pod. It does nothing the second time.
func (k *Kubelet) stop(p *process) {
	if p.stopped.IsZero() {
		p.stopped = time.Now()
		_ = p.agent.Close() // its connections are cut, as those of a process that ends
		p.listening.Wait()
		k.cassandra.stop(p.identity)
	}
}

// forget is called when a pod is gone.
func (k *Kubelet) forget(pod types.NamespacedName) {
	k.mu.Lock()
	p := k.running[pod]
	delete(k.running, pod)
	k.mu.Unlock()
	if p != nil {
		k.stop(p)
	}
}
