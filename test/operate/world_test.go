package operate

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const soon = time.Minute

// world is a ring over the two clusters, and a human with a kubeconfig.
type world struct {
	*testing.T
	ring       bed.Ring
	tree       *bed.Tree
	kubeconfig string
}

// newWorld installs the Gates of a ring in a namespace of each cluster, with their Secrets. The human is an administrator named alice.
func newWorld(t *testing.T, namespace string) *world {
	t.Helper()
	w := &world{T: t, ring: bed.Ring{Name: "cassandra-demo", Namespace: namespace}}
	for _, c := range clusters {
		w.ring.Clusters = append(w.ring.Clusters, c.Name)
		if err := c.InstallGate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	w.tree = w.ring.Render(t)
	w.tree.InstallGates(t, clusters...)
	for i, c := range clusters {
		w.tree.ConnectAs(t, c, clusters[1-i].Name, clusters[1-i].WithToken(clusters[1-i].Token(t, namespace, bed.Reader, 30*24*time.Hour)))
	}
	w.kubeconfig = w.kubeconfigOf(func(c *bed.Cluster) *rest.Config { return c.User(t, "alice", "system:masters") })
	return w
}

// kubeconfigOf is a file with a context for each cluster, of whoever the configuration stands for. The second one is current.
func (w *world) kubeconfigOf(who func(*bed.Cluster) *rest.Config) string {
	w.Helper()
	k := clientcmdapi.NewConfig()
	for _, c := range clusters {
		config := who(c)
		k.Clusters[c.Name] = &clientcmdapi.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
		k.AuthInfos[c.Name] = &clientcmdapi.AuthInfo{Token: config.BearerToken, ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}
		k.Contexts[c.Name] = &clientcmdapi.Context{Cluster: c.Name, AuthInfo: c.Name, Namespace: w.ring.Namespace}
		k.CurrentContext = c.Name
	}
	file := filepath.Join(w.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*k, file); err != nil {
		w.Fatal(err)
	}
	return file
}

// runGates starts the controllers.
func (w *world) runGates() {
	w.Helper()
	for _, c := range clusters {
		c.RunGate(w.T, w.ring.Namespace)
	}
}

// commit renders the ring with another image, and applies the Gates.
func (w *world) commit(image string) {
	w.Helper()
	w.ring.Image = image
	w.tree = w.ring.RenderInto(w.T, w.tree.Dir)
	w.tree.InstallGates(w.T, clusters...)
}

// deliver applies the CassandraCluster and has it taken in, again and again while the API server still denies it.
func (w *world) deliver(c *bed.Cluster, state bed.State) {
	w.Helper()
	bed.WaitFor(w.T, soon, "the open gate lets the CassandraCluster in", func() (bool, string) {
		if err := w.tree.Deliver(w.T, c); err != nil {
			return false, err.Error()
		}
		if err := c.Operator(w.T).TakeIn(w.Context(), w.tree.Key(), state); err != nil {
			return false, err.Error()
		}
		return true, ""
	})
}

func (w *world) takenIn(c *bed.Cluster, state bed.State) {
	w.Helper()
	if err := c.Operator(w.T).TakeIn(w.Context(), w.tree.Key(), state); err != nil {
		w.Fatal(err)
	}
}

// says waits until the Gate of a cluster says something, see bed.Says.
func (w *world) says(c *bed.Cluster, want ...string) *v1alpha1.Gate {
	w.Helper()
	return c.WaitGate(w.T, w.tree.Key(), soon, want...)
}

// gate runs the program.
func (w *world) gate(args ...string) bed.Output {
	w.Helper()
	binary, err := bed.Program("gate")
	if err != nil {
		w.Fatal(err)
	}
	cmd := exec.CommandContext(w.Context(), binary, args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+w.kubeconfig)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		w.Fatal(err)
	}
	return bed.Output{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}

// start runs the program until it is stopped; what it prints goes into a file.
func (w *world) start(args ...string) *bed.Process {
	w.Helper()
	binary, err := bed.Program("gate")
	if err != nil {
		w.Fatal(err)
	}
	p := &bed.Process{Path: binary, Args: args, Env: append(os.Environ(), "KUBECONFIG="+w.kubeconfig), Log: filepath.Join(w.TempDir(), "gate.log")}
	if err := p.Start(); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		if err := p.End(15); err != nil {
			w.Error(err)
		}
	})
	return p
}

// prints waits until a program that was started has printed all of some texts.
func (w *world) prints(p *bed.Process, texts ...string) {
	w.Helper()
	bed.WaitFor(w.T, soon, "it prints "+strings.Join(texts, " and "), func() (bool, string) {
		content, err := os.ReadFile(p.Log)
		if err != nil {
			return false, err.Error()
		}
		for _, text := range texts {
			if !strings.Contains(string(content), text) {
				return false, string(content)
			}
		}
		return true, ""
	})
}
