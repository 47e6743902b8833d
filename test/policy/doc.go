// Package policy tests how the gate is installed (base/gate), on a real kube-apiserver: that its manifests are accepted, what its
// admission policies refuse and let through, what they tell the user, and which Gates the CRD refuses. No controller runs: the tests
// write the status of the Gate as the controller would.
package policy
