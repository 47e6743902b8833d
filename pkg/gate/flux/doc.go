// Package flux has Flux apply a CassandraCluster as soon as its Gate opens.
//
// Flux looks at a held ring again only after its retryInterval, which is long on purpose. So the [Tool] asks for reconciles: first
// of the Kustomization that holds the Gate, then, once that one is ready, of the one that holds the CassandraCluster. Asking for
// both at once is worse than not asking (kustomize-controller 1.9.5): the second looks too early, and again after 30 s only.
//
// It refuses to touch anything but the annotation reconcile.fluxcd.io/requestedAt of two Kustomizations that exist.
package flux
