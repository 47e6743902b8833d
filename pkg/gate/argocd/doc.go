// Package argocd has Argo CD apply a CassandraCluster as soon as its Gate opens.
//
// Argo CD tries what was denied again after its backoff, 15 s as rendered, and a refresh does not shorten that. While it waits, the
// operation of the Application is Running and has a time at which its last attempt ended; the next one is due so long after that.
// The [Tool] moves this time, status.operationState.finishedAt, into the past. So the same operation goes on at once, with all that
// it had, and takes the newest commit if it would have taken it anyway: nothing is terminated, and nothing is started (Argo CD
// 3.2, controller/appcontroller.go, processRequestedAppOperation).
//
// It promises that an attempt under way is never disturbed: what it has read must still stand when it writes. It refuses to touch
// any other field, an Application outside of one namespace, one whose automated sync is off, an operation that a human started,
// and an Application that does not say that it delivers the very Gate that opened.
//
// The Applications must be in the same cluster as the Gate: one Argo CD in each cluster, or the hub's own part of a ring. The
// Applications of the other clusters that a hub delivers to are left to their backoff. Their Gates are seen here, for the rule, but
// an opening must not depend on a connection to a third cluster any more than it does already.
package argocd
