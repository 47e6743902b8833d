package casskopbed

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
)

// BreakImage has pods with a Cassandra image never start: their node cannot pull it. Those that run already go on.
func (k *Kubelet) BreakImage(image string) { k.set(k.broken, image, true) }

// MendImage ends BreakImage, for pods that wait too.
func (k *Kubelet) MendImage(image string) { k.set(k.broken, image, false) }

// Sicken has the Cassandra of a pod fail its readiness probe, though it runs, until Heal: in every life of the pod.
func (k *Kubelet) Sicken(pod string) { k.set(k.sick, pod, true) }

// Heal ends Sicken.
func (k *Kubelet) Heal(pod string) { k.set(k.sick, pod, false) }

// set turns a knob, and has all pods looked at.
func (k *Kubelet) set(knob map[string]bool, key string, value bool) {
	k.mu.Lock()
	knob[key] = value
	k.mu.Unlock()
	var pods corev1.PodList
	if err := k.client.List(context.Background(), &pods, client.InNamespace(k.at.namespace)); err != nil {
		panic(err) // it reads a cache that has been filled
	}
	for i := range pods.Items {
		k.look <- event.GenericEvent{Object: &pods.Items[i]}
	}
}

// Replace deletes a pod by hand: its StatefulSet makes it anew.
func (k *Kubelet) Replace(t testing.TB, pod string) {
	t.Helper()
	p := &corev1.Pod{}
	p.Namespace, p.Name = k.at.namespace, pod
	must(t, k.client.Delete(t.Context(), p))
}

func (k *Kubelet) isBroken(pod *corev1.Pod) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.broken[Image(pod.Spec)]
}

func (k *Kubelet) isSick(pod *corev1.Pod) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sick[pod.Name]
}
