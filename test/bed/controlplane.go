package bed

import (
	_ "embed"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/keyutil"
)

// serviceIssuer is who signs tokens of ServiceAccounts: kubeadm's default, the same in every cluster. Only the keys tell them apart.
const serviceIssuer = "https://kubernetes.default.svc.cluster.local"

//go:embed audit-policy.yaml
var auditPolicy []byte

// prepare makes keys, certificates, files and command lines. A restart uses the same ones.
func (c *Cluster) prepare() (err error) {
	if c.ca, err = newAuthority(c.Name); err != nil {
		return err
	}
	if c.serviceKey, err = newKey(); err != nil {
		return err
	}
	if err := c.writeFiles(); err != nil {
		return err
	}
	c.address = NewAddress()
	c.AuditLog = filepath.Join(c.Dir, "audit.log")
	if c.Config, err = c.user("admin", "system:masters"); err != nil {
		return err
	}
	etcd := "http://" + NewAddress()
	if c.etcd, err = c.process("etcd", etcdArgs(c.dataDir(), etcd)...); err != nil {
		return err
	}
	c.apiServer, err = c.process("kube-apiserver", append(c.apiServerArgs(etcd), c.APIServerArgs...)...)
	return err
}

// user is the rest.Config of a user with a certificate of this cluster.
func (c *Cluster) user(name string, groups ...string) (*rest.Config, error) {
	config := c.anonymous()
	var err error
	config.CertData, config.KeyData, err = c.ca.user(name, groups...)
	return config, err
}

// anonymous is the rest.Config of nobody yet.
func (c *Cluster) anonymous() *rest.Config {
	return &rest.Config{Host: "https://" + c.address, TLSClientConfig: rest.TLSClientConfig{CAData: c.ca.pem()}, QPS: -1}
}

// writeFiles writes what the API server reads. Proxies on 127.0.0.1 and on host pass for it.
func (c *Cluster) writeFiles() error {
	certPEM, keyPEM, err := c.ca.server("127.0.0.1", host)
	if err != nil {
		return err
	}
	signerPEM, err := keyutil.MarshalPrivateKeyToPEM(c.serviceKey)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{"ca.crt": c.ca.pem(), "server.crt": certPEM, "server.key": keyPEM,
		"service-account.key": signerPEM, "audit-policy.yaml": auditPolicy} {
		if err := os.WriteFile(c.file(name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cluster) file(name string) string { return filepath.Join(c.Dir, name) }

func (c *Cluster) process(name string, args ...string) (*Process, error) {
	path, err := Binary(name)
	return &Process{Path: path, Args: args, Log: c.file(name + ".log")}, err
}

func etcdArgs(dir, url string) []string {
	peer := "http://" + NewAddress()
	return []string{"--data-dir=" + dir, "--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls=" + url, "--advertise-client-urls=" + url,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=default=" + peer}
}

// ExtraArgs are further arguments of kube-apiserver, by the name of the cluster. TestMain sets them before it calls Main.
var ExtraArgs = map[string][]string{}

func (c *Cluster) apiServerArgs(etcd string) []string {
	return append([]string{
		"--etcd-servers=" + etcd,
		"--bind-address=" + host, "--secure-port=" + strings.TrimPrefix(c.address, host+":"),
		"--advertise-address=" + host, "--endpoint-reconciler-type=none", // else it looks for a default route; nobody is told
		"--tls-cert-file=" + c.file("server.crt"), "--tls-private-key-file=" + c.file("server.key"),
		"--client-ca-file=" + c.file("ca.crt"),
		"--service-account-issuer=" + serviceIssuer,
		"--service-account-key-file=" + c.file("service-account.key"), "--service-account-signing-key-file=" + c.file("service-account.key"),
		"--service-cluster-ip-range=10.0.0.0/24",
		"--authorization-mode=RBAC",
		"--disable-admission-plugins=ServiceAccount", // it waits for what a kube-controller-manager makes
		"--audit-policy-file=" + c.file("audit-policy.yaml"), "--audit-log-path=" + c.AuditLog, "--audit-log-format=json",
		"--audit-log-maxsize=100000", // in MB: one file
	}, ExtraArgs[c.Name]...)
}
