package casskopbed

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// runs is the status of a pod whose containers run, and are ready or not. Times are to the second, as the API server keeps them.
func runs(pod *corev1.Pod, p *process, ready bool) corev1.PodStatus {
	started := metav1.NewTime(p.started.Truncate(1e9))
	status := corev1.PodStatus{
		Phase: corev1.PodRunning, StartTime: &started, HostIP: "127.0.0.1", PodIP: p.address,
		HostIPs: []corev1.HostIP{{IP: "127.0.0.1"}}, PodIPs: []corev1.PodIP{{IP: p.address}},
		Conditions: conditions(pod, true, ready),
	}
	for _, c := range pod.Spec.InitContainers {
		status.InitContainerStatuses = append(status.InitContainerStatuses, containerStatus(c, true, corev1.ContainerState{
			Terminated: &corev1.ContainerStateTerminated{Reason: "Completed", StartedAt: started, FinishedAt: started}}))
	}
	for _, c := range pod.Spec.Containers {
		own := ready || c.Name != cassandraContainer // the others have no probe
		status.ContainerStatuses = append(status.ContainerStatuses,
			containerStatus(c, own, corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: started}}))
	}
	return status
}

// pullFails is the status of a pod whose image cannot be pulled. Its first init container needs it already.
func pullFails(pod *corev1.Pod) corev1.PodStatus {
	status := corev1.PodStatus{Phase: corev1.PodPending, Conditions: conditions(pod, false, false)}
	for i, c := range pod.Spec.InitContainers {
		reason := "PodInitializing"
		if i == 0 {
			reason = "ImagePullBackOff"
		}
		status.InitContainerStatuses = append(status.InitContainerStatuses, containerStatus(c, false, waits(reason)))
	}
	for _, c := range pod.Spec.Containers {
		status.ContainerStatuses = append(status.ContainerStatuses, containerStatus(c, false, waits("PodInitializing")))
	}
	return status
}

func waits(reason string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}
}

func containerStatus(c corev1.Container, ready bool, state corev1.ContainerState) corev1.ContainerStatus {
	started := state.Running != nil
	return corev1.ContainerStatus{Name: c.Name, Image: c.Image, ImageID: c.Image, Ready: ready, Started: &started, State: state}
}

// conditions keep the times of those that do not change.
func conditions(pod *corev1.Pod, initialized, ready bool) []corev1.PodCondition {
	return []corev1.PodCondition{
		condition(pod, corev1.PodScheduled, true, ""),
		condition(pod, corev1.PodInitialized, initialized, "ContainersNotInitialized"),
		condition(pod, corev1.ContainersReady, ready, "ContainersNotReady"),
		condition(pod, corev1.PodReady, ready, "ContainersNotReady"),
	}
}

func condition(pod *corev1.Pod, name corev1.PodConditionType, holds bool, otherwise string) corev1.PodCondition {
	c := corev1.PodCondition{Type: name, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now().Rfc3339Copy()}
	if !holds {
		c.Status, c.Reason = corev1.ConditionFalse, otherwise
	}
	for _, old := range pod.Status.Conditions {
		if old.Type == name && old.Status == c.Status {
			c.LastTransitionTime = old.LastTransitionTime
		}
	}
	return c
}
