// Package flux makes Flux apply a CassandraCluster as soon as its Gate opens.
//
// Flux looks at a held ring again only after its retryInterval, which is long on purpose. So when a Gate is open for a revision
// that the CassandraCluster does not carry yet, the [Notifier] asks for reconciles: first of the Kustomization that holds the
// Gate, then, once that one is ready, of the one that holds the CassandraCluster. Asking for both at once is worse than not
// asking (kustomize-controller 1.9.5): the second looks too early, and again after 30 s only.
//
// It promises to be level-triggered: all that it goes by stands in the cluster, so one that was killed between any two requests
// is continued by the next. It asks nothing while nothing is owed. It refuses to touch anything but the annotation
// reconcile.fluxcd.io/requestedAt of two Kustomizations that exist, and decides nothing: whether a Gate is open is not its concern.
package flux
