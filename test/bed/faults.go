package bed

import (
	"syscall"
	"testing"
)

// PauseAPIServer keeps the API server from running (SIGSTOP) until ResumeAPIServer or the end of the test: connections stay open, new
// ones are accepted by the kernel, nothing is answered.
func (c *Cluster) PauseAPIServer(t testing.TB) {
	t.Helper()
	if err := c.apiServer.Signal(syscall.SIGSTOP); err != nil {
		t.Error(err)
	}
	t.Cleanup(func() { _ = c.apiServer.Signal(syscall.SIGCONT) }) // one that was stopped meanwhile needs none
}

// ResumeAPIServer ends PauseAPIServer.
func (c *Cluster) ResumeAPIServer(t testing.TB) {
	t.Helper()
	if err := c.apiServer.Signal(syscall.SIGCONT); err != nil {
		t.Error(err)
	}
}

// StopAPIServer ends the API server at once (SIGKILL) until StartAPIServer or the end of the test: its connections are closed, its
// port refuses new ones.
func (c *Cluster) StopAPIServer(t testing.TB) {
	t.Helper()
	if err := c.apiServer.End(syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	t.Cleanup(func() { c.StartAPIServer(t) })
}

// StartAPIServer starts it again after StopAPIServer, with the same address, certificates and data, and waits until it is ready. It
// does nothing when it runs.
func (c *Cluster) StartAPIServer(t testing.TB) {
	t.Helper()
	if c.apiServer.Signal(0) == nil {
		return
	}
	if err := c.apiServer.Start(); err != nil {
		t.Error(err)
		return
	}
	if err := c.waitReady(); err != nil {
		t.Error(err)
	}
}

// StartControllerManager runs the kube-controller-manager until the cluster stops: token Secrets of ServiceAccounts, a
// ServiceAccount "default" in each namespace, deletion of namespaces and of what is owned. It takes some seconds to begin.
func (c *Cluster) StartControllerManager(t testing.TB) {
	t.Helper()
	user, err := c.user("system:kube-controller-manager", "system:masters")
	if err != nil {
		t.Fatal(err)
	}
	kubeconfig := c.file("kube-controller-manager.kubeconfig")
	if err := writeKubeconfig(kubeconfig, user); err != nil {
		t.Fatal(err)
	}
	c.controller, err = c.process("kube-controller-manager", "--kubeconfig="+kubeconfig, "--leader-elect=false", "--secure-port=0",
		"--service-account-private-key-file="+c.file("service-account.key"), "--root-ca-file="+c.file("ca.crt"),
		"--controllers=serviceaccount-token-controller,serviceaccount-controller,namespace-controller,garbage-collector-controller")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.controller.Start(); err != nil {
		t.Fatal(err)
	}
}
