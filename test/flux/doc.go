// Package flux tests what render writes for Flux, and the notifier of pkg/gate/flux, with the real kustomize-controller on a real API
// server. The tests write the verdicts of the gates.
package flux
