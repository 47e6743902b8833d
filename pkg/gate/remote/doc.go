// Package remote sees the clusters of a ring: the one here, and the others through Secrets.
//
// [Clusters] keeps one connection for each Secret, and on it one watch for each resource and namespace, shared by all gates. Of
// what a watch brings only what a decision reads is kept. It promises that each way in which a cluster cannot be seen has a
// [Failure] of its own within ten seconds, that each is got over without a restart within ten seconds of its cause going away, and
// that no gate waits for a cluster that is not its own. Watches only trigger: what opens a gate is read anew, with quorum, by
// [Clusters.ReadHere] and [Clusters.ReadOthers].
package remote
