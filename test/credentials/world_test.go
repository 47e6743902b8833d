package credentials

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// install installs the Gates of a ring in both clusters, without the Secrets.
func install(t *testing.T, namespace string) *bed.Tree {
	t.Helper()
	return installRing(t, bed.Ring{Name: "cassandra-demo", Namespace: namespace})
}

func installRing(t *testing.T, ring bed.Ring) *bed.Tree {
	t.Helper()
	ring.Clusters = []string{clusters[0].Name, clusters[1].Name}
	tree := ring.Render(t)
	for _, c := range clusters {
		if err := c.InstallGate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tree.InstallGates(t, clusters...)
	return tree
}

// workstation is a kubeconfig with the contexts cluster1 and cluster2, the former current, and the administrator in both.
func workstation(t *testing.T) string {
	t.Helper()
	return contexts(t, map[string]*rest.Config{"cluster1": clusters[0].Config, "cluster2": clusters[1].Config})
}

// contexts writes a kubeconfig.
func contexts(t *testing.T, configs map[string]*rest.Config) string {
	t.Helper()
	all := clientcmdapi.NewConfig()
	all.CurrentContext = "cluster1"
	for name, config := range configs {
		all.Clusters[name] = &clientcmdapi.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
		all.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: config.BearerToken, ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}
		all.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*all, file); err != nil {
		t.Fatal(err)
	}
	return file
}

// shell runs a command line in which gate and kubectl are the real ones.
func shell(t *testing.T, kubeconfig, line string) bed.Output {
	t.Helper()
	gate, err := bed.Program("gate")
	if err != nil {
		t.Fatal(err)
	}
	kubectl, err := bed.Binary("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-o", "pipefail", "-c", line)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig, "KUBECACHEDIR="+t.TempDir(),
		"PATH="+filepath.Dir(gate)+":"+filepath.Dir(kubectl)+":"+os.Getenv("PATH"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	out := bed.Output{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
	silent(t, line, out)
	return out
}

// token is how any token of Kubernetes begins, and any base64 of one, whatever comes before it.
var token = regexp.MustCompile(`eyJhbGciOi|ZXlKaGJHY2lPa|V5SmhiR2NpT2|leUpoYkdjaU9p`)

// silent: whatever was run, no token is in what it says; and standard output has none if it failed.
func silent(t *testing.T, line string, out bed.Output) {
	t.Helper()
	if token.MatchString(out.Stderr) || out.Code != 0 && token.MatchString(out.Stdout) {
		t.Errorf("%s shows a token", line)
	}
}

// works runs a command line that has to succeed.
func works(t *testing.T, kubeconfig, line string) bed.Output {
	t.Helper()
	out := shell(t, kubeconfig, line)
	if out.Code != 0 {
		t.Fatalf("%s: exit %d\n%s", line, out.Code, out.Stderr)
	}
	return out
}

// secret reads one.
func secret(t *testing.T, c *bed.Cluster, namespace, name string) *corev1.Secret {
	t.Helper()
	found := &corev1.Secret{}
	if err := c.Client.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, found); err != nil {
		t.Fatal(err)
	}
	return found
}

// reads takes the Secret as a gate does, and reads the Gates with it.
func reads(t *testing.T, s *corev1.Secret, namespace string) *credentials.Credentials {
	t.Helper()
	c, err := credentials.Parse(s.Data)
	if err != nil {
		t.Fatal(err)
	}
	remote, err := client.New(c.Config(), client.Options{Scheme: bed.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	gates := &v1alpha1.GateList{}
	if err := remote.List(t.Context(), gates, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	if len(gates.Items) == 0 {
		t.Errorf("with Secret %s no Gates are read in %s", s.Name, namespace)
	}
	return c
}
