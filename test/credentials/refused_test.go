package credentials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const rendered = "apply what render wrote, clusters/<cluster>/<ring>/gate/rbac.yaml"

// TestExportSaysWhatIsMissing: each cause has its message, prints nothing, and ends with 1; bad input with 2.
func TestExportSaysWhatIsMissing(t *testing.T) {
	host := clusters[0].Config.Host
	tree := install(t, "refused")
	clusters[0].ServiceAccount(t, "bare", bed.Reader)
	clusters[0].ServiceAccount(t, "bare", "rotator")
	stranger := contexts(t, map[string]*rest.Config{"cluster1": clusters[0].User(t, "stranger")})
	nowhere := contexts(t, map[string]*rest.Config{"cluster1": {Host: "https://127.0.0.1:1", TLSClientConfig: clusters[0].Config.TLSClientConfig}})
	for name, tt := range map[string]struct {
		kubeconfig, line, want string
		code                   int
	}{
		"no namespace": {workstation(t), "gate export -n none --as k8s-cluster1",
			"there is no ServiceAccount none/casskop-gitops-reader at " + host + ": namespaces \"none\" not found: " + rendered + ", or make it with --create", 1},
		"no account": {workstation(t), "gate export -n refused --as k8s-cluster1 nobody",
			"there is no ServiceAccount refused/nobody at " + host + ": serviceaccounts \"nobody\" not found: " + rendered + ", or make it with --create", 1},
		"no account for a token that does not end": {workstation(t), "gate export -n none --as k8s-cluster1 --long-lived",
			"there is no ServiceAccount none/casskop-gitops-reader at " + host + ": serviceaccounts \"casskop-gitops-reader\" not found: " + rendered + ", or make it with --create", 1},
		"no namespace to make it in": {workstation(t), "gate export -n none --as k8s-cluster1 --create",
			"make ServiceAccount none/casskop-gitops-reader: namespaces \"none\" not found", 1},
		"no Role": {workstation(t), "gate export -n bare --as k8s-cluster1",
			"ServiceAccount bare/casskop-gitops-reader may not get cassandraclusters, list cassandraclusters, watch cassandraclusters, get gates, list gates, watch gates: " +
				rendered + ", with gate.reader: casskop-gitops-reader in render.yaml, or give them with --create", 1},
		"an account that may not make tokens": {workstation(t), "gate export -n bare --as k8s-cluster1-rotator --renews casskop-gitops-reader rotator",
			"ServiceAccount bare/rotator may not create serviceaccounts/token casskop-gitops-reader: give them with gate export --create", 1},
		"no rights": {stranger, "gate export -n " + tree.Key().Namespace + " --as k8s-cluster1",
			"no token of ServiceAccount refused/casskop-gitops-reader: serviceaccounts \"casskop-gitops-reader\" is forbidden: User \"stranger\" cannot create resource \"serviceaccounts/token\" in API group \"\" in the namespace \"refused\": whoever asks needs the verb create of serviceaccounts/token there", 1},
		"nobody answers": {nowhere, "gate export -n refused --as k8s-cluster1",
			"ask https://127.0.0.1:1 for a token of ServiceAccount refused/casskop-gitops-reader: Post \"https://127.0.0.1:1/api/v1/namespaces/refused/serviceaccounts/casskop-gitops-reader/token?timeout=30s\": dial tcp 127.0.0.1:1: connect: connection refused", 1},
		"a context that is not there": {workstation(t), "gate export --context cluster3 --as k8s-cluster3", `kubeconfig: context "cluster3" does not exist`, 2},
		"an unchecked certificate": {changed(t, "certificate-authority-data: .*", "insecure-skip-tls-verify: true"), "gate export --as k8s-cluster1",
			"the kubeconfig has insecure-skip-tls-verify: whoever answers at that address would be believed; put the CA of the server there in its place", 2},
		"no CA": {changed(t, "certificate-authority-data: .*", ""), "gate export --as k8s-cluster1",
			"the kubeconfig has no CA: give that of the server with --certificate-authority FILE, a public one too, since a gate trusts nothing else", 2},
		"a CA that is none": {workstation(t), "gate export --as k8s-cluster1 --certificate-authority /dev/stdin <<< none",
			"the CA is not a certificate in PEM: give that of the server with --certificate-authority FILE", 2},
		"a CA that is not there":         {workstation(t), "gate export --as k8s-cluster1 --certificate-authority none", "--certificate-authority: open none: no such file or directory", 2},
		"an address without TLS":         {workstation(t), "gate export --as k8s-cluster1 --server http://10.1.0.10", "the server of --server: key server begins with http: want https", 2},
		"an address with a password":     {workstation(t), "gate export --as k8s-cluster1 --server https://me:secret@10.1.0.10", "the server of --server: key server holds a user name or a password: want a token", 2},
		"an address that has no machine": {workstation(t), "gate export --as k8s-cluster1 --server https://", "the server of --server: key server is not the address of an API server: want https://host:port", 2},
	} {
		t.Run(name, func(t *testing.T) {
			out := shell(t, tt.kubeconfig, tt.line)
			lines := strings.Split(strings.TrimSpace(out.Stderr), "\n")
			if got := lines[len(lines)-1]; out.Code != tt.code || got != "error: "+tt.want || out.Stdout != "" {
				t.Errorf("exit %d, standard output %q, want %d and none\nwant error: %s\ngot  %s", out.Code, out.Stdout, tt.code, tt.want, got)
			}
		})
	}
	secrets := &corev1.SecretList{}
	if err := clusters[0].Client.List(t.Context(), secrets, client.InNamespace("bare")); err != nil || len(secrets.Items) > 0 {
		t.Errorf("%d Secrets were made, error %v", len(secrets.Items), err)
	}
}

// changed is the kubeconfig for the first cluster, with an edit by sed.
func changed(t *testing.T, pattern, by string) string {
	t.Helper()
	file := contexts(t, map[string]*rest.Config{"cluster1": clusters[0].Config})
	works(t, file, "sed -i 's/"+pattern+"/"+by+"/' "+file)
	return file
}

// TestExportWarns of what may not work, or gives away too much, and goes on.
func TestExportWarns(t *testing.T) {
	install(t, "warned")
	clusters[0].ServiceAccount(t, "warned", "operator")
	grant(t, clusters[0], "warned", "operator", "everything", []string{"*"}, []string{"*"}, []string{"*"})
	config, err := clientcmd.LoadFromFile(workstation(t))
	if err != nil {
		t.Fatal(err)
	}
	config.Clusters["cluster1"].CertificateAuthority = filepath.Join(t.TempDir(), "ca.crt") // a file does as well
	if err := os.WriteFile(config.Clusters["cluster1"].CertificateAuthority, config.Clusters["cluster1"].CertificateAuthorityData, 0o600); err != nil {
		t.Fatal(err)
	}
	config.Clusters["cluster1"].CertificateAuthorityData = nil
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ line, want string }{
		"the address is the machine's own": {"gate export -n warned --as k8s-cluster1", clusters[0].Config.Host + " leads nowhere from another machine: give the address that the other cluster reaches, with --server"},
		"the account may do more": {"gate export -n warned --as k8s-cluster1 operator",
			"ServiceAccount warned/operator may also get secrets and patch cassandraclusters: whoever gets hold of the Secret may, too; an account of its own, say casskop-gitops-reader, may not"},
	} {
		t.Run(name, func(t *testing.T) {
			if out := works(t, file, tt.line); !strings.Contains(out.Stderr, "warning: "+tt.want+"\n") {
				t.Errorf("want %q, got %q", tt.want, out.Stderr)
			}
		})
	}
	out := works(t, file, "gate export -n warned --as k8s-cluster1 --server https://10.1.0.10:6443/")
	if strings.Contains(out.Stderr, "warning") || !strings.Contains(out.Stderr, "at https://10.1.0.10:6443,") {
		t.Errorf("want no warning, and the other address; got %q", out.Stderr)
	}
}
