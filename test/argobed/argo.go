package argobed

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// Namespace is where Argo CD and its Applications live.
const Namespace = "argocd"

// stopTime is how long a process may take to end, before it is killed.
const stopTime = 2 * time.Second

// Argo is an Argo CD at work on a hub.
type Argo struct {
	// Hub is the cluster with the Applications.
	Hub *bed.Cluster
	// Logs are the files of what its processes print.
	Logs []string
}

// Start installs Argo CD on a hub, with the settings of base/argocd. It knows other clusters by their names, as an administrator, which is Argo
// CD's default. It stops with the test.
func Start(t testing.TB, hub *bed.Cluster, clusters ...*bed.Cluster) *Argo {
	t.Helper()
	a := &Argo{Hub: hub}
	installCRDs(t, hub)
	hub.Namespace(t, Namespace)
	a.configure(t)
	for _, c := range clusters {
		a.register(t, c)
	}
	redis, repoServer := bed.NewAddress(), bed.NewAddress()
	host, port, _ := strings.Cut(redis, ":")
	a.run(t, "redis-server", "bin/redis-server", nil, "--bind", host, "--port", port, "--save", "", "--appendonly", "no")
	repoHost, repoPort, _ := strings.Cut(repoServer, ":")
	a.runArgo(t, "argocd-repo-server", "--address", repoHost, "--port", repoPort, "--metrics-address", repoHost,
		"--metrics-port", portOf(bed.NewAddress()), "--disable-tls", "--redis", redis, "--loglevel", "debug")
	a.runArgo(t, "argocd-application-controller", "--kubeconfig", a.kubeconfig(t), "--namespace", Namespace, "--redis", redis,
		"--repo-server", repoServer, "--repo-server-plaintext", "--metrics-port", freePort(t), "--loglevel", "debug")
	a.runArgo(t, "argocd-applicationset-controller", "--kubeconfig", a.kubeconfig(t), "--namespace", Namespace, "--argocd-repo-server", repoServer,
		"--repo-server-plaintext", "--metrics-addr", bed.NewAddress(), "--probe-addr", bed.NewAddress(), "--webhook-addr", bed.NewAddress())
	return a
}

func portOf(address string) string {
	_, port, _ := strings.Cut(address, ":")
	return port
}

// freePort is one that nobody listens at on any address: the application-controller knows no other way, and other beds of this machine have
// the numbers of bed.NewAddress on addresses of their own.
func freePort(t testing.TB) string {
	t.Helper()
	ear, err := net.Listen("tcp", ":0") //nolint:gosec // it must be free on all of them
	must(t, err)
	must(t, ear.Close())
	_, port, err := net.SplitHostPort(ear.Addr().String())
	must(t, err)
	return port
}

// kubeconfig names the namespace: from there the controller reads its settings.
func (a *Argo) kubeconfig(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	must(t, os.WriteFile(file, bed.Kubeconfig(t, a.Hub.Config, "hub", Namespace), 0o600))
	return file
}

func (a *Argo) runArgo(t testing.TB, name string, args ...string) {
	t.Helper()
	a.run(t, name, "bin/argocd", []string{
		"ARGOCD_BINARY_NAME=" + name, "ARGOCD_FAKE_IN_CLUSTER=true", "ARGOCD_GPG_ENABLED=false", "ARGOCD_APPLICATION_CONTROLLER_REPLICAS=1",
		"KUBECONFIG=" + a.kubeconfig(t), "TMPDIR=" + t.TempDir(), "PATH=" + filepath.Join(bed.Root(), "bin") + ":" + os.Getenv("PATH"),
	}, args...)
}

func (a *Argo) run(t testing.TB, name, program string, env []string, args ...string) {
	t.Helper()
	path := filepath.Join(bed.Root(), program)
	if _, err := os.Stat(path); err != nil {
		t.Fatal(fmt.Errorf("%w: run `make %s` once", err, program))
	}
	p := &bed.Process{Path: path, Args: args, Env: append(os.Environ(), env...), Log: filepath.Join(a.Hub.Dir, name+".log"), EndTime: stopTime}
	must(t, p.Start())
	a.Logs = append(a.Logs, p.Log)
	t.Cleanup(func() { _ = p.End(syscall.SIGTERM) }) // one that took too long was killed
}

// configure makes what Argo CD's own manifests make, as far as its processes need it, and puts base/argocd on it.
func (a *Argo) configure(t testing.TB) {
	t.Helper()
	labels := map[string]string{"app.kubernetes.io/part-of": "argocd"}
	for _, name := range []string{"argocd-cm", "argocd-rbac-cm", "argocd-cmd-params-cm"} {
		must(t, a.Hub.Client.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: Namespace, Name: name, Labels: labels}}))
	}
	must(t, a.Hub.Client.Create(t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: Namespace, Name: "argocd-secret", Labels: labels}, StringData: map[string]string{"server.secretkey": "for the test"},
	}))
	must(t, a.Hub.ApplyFolder(t.Context(), filepath.Join(bed.Root(), "base/argocd"), "kubectl"))
	project := object("AppProject", "default")
	project.Object["spec"] = map[string]any{
		"sourceRepos": []any{"*"}, "destinations": []any{map[string]any{"namespace": "*", "server": "*"}},
		"clusterResourceWhitelist": []any{map[string]any{"group": "*", "kind": "*"}},
	}
	must(t, a.Hub.Client.Create(t.Context(), project))
}

// register makes a cluster known, as `argocd cluster add` does.
func (a *Argo) register(t testing.TB, c *bed.Cluster) {
	t.Helper()
	config, err := json.Marshal(map[string]any{"tlsClientConfig": map[string]any{"caData": c.Config.CAData, "certData": c.Config.CertData, "keyData": c.Config.KeyData}})
	must(t, err)
	must(t, a.Hub.Client.Create(t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: Namespace, Name: "cluster-" + c.Name, Labels: map[string]string{"argocd.argoproj.io/secret-type": "cluster"}},
		StringData: map[string]string{"name": c.Name, "server": c.Config.Host, "config": string(config)},
	}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
