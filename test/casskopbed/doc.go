// Package casskopbed adds the real CassKop 1.1.5 to a cluster of the test bed, with all that it needs around it.
//
// Real: CassKop's controllers, run with the Role that it ships; Kubernetes' controllers of StatefulSets, PodDisruptionBudgets, claims and of
// what is owned. Fake: the kubelet, which runs no containers but reports pods as a kubelet does, and Cassandra, of which there is as much as
// CassKop asks for and as CassKop's bootstrap script does: a process on an address of its own that answers Jolokia's protocol, finds a
// ring by its seeds or founds one, keeps its identity with its volume, can be decommissioned. The names of pods are
// resolved by the HTTP proxy that CassKop is given, in the place of cluster DNS.
//
// It needs no rights on the machine, and any number of CassKops run side by side. As in test/bed, what is called by a test takes the
// test, fails it, and tidies up behind it; all else may be called from any goroutine.
package casskopbed
