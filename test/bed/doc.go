// Package bed is a bed for tests on real clusters: each its own etcd, certificate authority and kube-apiserver 1.36 on loopback, with an
// audit log, and with ways to break them. Nothing here is a fake where the real thing can be had: CassKop alone, which needs
// kubelets, has a stand-in that writes what CassKop writes.
//
// A package of tests shares its clusters: its TestMain calls Main. What is called by a test takes the test, fails it, and
// tidies up behind it; faults may be called from any goroutine, all else from the test's own.
//
// The binaries are those of `make testbed`, in bin/, or those of the folder that KUBEBUILDER_ASSETS names. Linux only: a test process gets a
// loopback address of its own, and its clusters are killed by the kernel when it dies.
package bed
