package casskopbed

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Containers that CassKop makes.
const (
	cassandraContainer = "cassandra"
	bootstrapContainer = "bootstrap"
)

// Seeds are what the bootstrap script of a pod gets, from CassKop, as the seeds of the ring.
func Seeds(pod corev1.PodSpec) []string {
	for _, container := range pod.InitContainers {
		for _, env := range container.Env {
			if container.Name == bootstrapContainer && env.Name == "CASSANDRA_SEEDS" {
				return strings.Split(env.Value, ",")
			}
		}
	}
	return nil
}

// Image is that of the Cassandra of a pod.
func Image(pod corev1.PodSpec) string {
	for _, container := range pod.Containers {
		if container.Name == cassandraContainer {
			return container.Image
		}
	}
	return ""
}

// IsReady says whether a pod serves: one that ends does so no longer.
func IsReady(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
			return pod.DeletionTimestamp == nil
		}
	}
	return false
}
