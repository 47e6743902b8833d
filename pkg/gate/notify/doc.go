// Package notify has a delivery tool apply a CassandraCluster as soon as its Gate opens, instead of when the tool looks by itself.
//
// When a Gate is open for a revision that the CassandraCluster does not carry yet, the [Notifier] has a [Tool] take one step after
// the other until it does. It promises to be level-triggered: all that it goes by stands in the cluster, so one that was killed
// between any two steps is continued by the next. It asks nothing while nothing is owed, and decides nothing: whether a Gate is
// open is not its concern.
package notify
