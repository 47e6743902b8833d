package credentials_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

const (
	server = "https://k8s-cluster1.example.com:6443"
	// token stands for every secret in text; nothing may ever show it.
	token = "t0k3n-that-nobody-may-see"
)

var (
	certEnds  = time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)
	tokenEnds = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
)

// pair is a certificate and its key.
type pair struct {
	cert, key []byte
	x509      *x509.Certificate
	signer    *ecdsa.PrivateKey
}

type issued struct{ ca, server, client, stranger pair }

// fixtures are made once: a CA, what it issued, and a pair that has nothing to do with it.
var fixtures = sync.OnceValue(func() issued {
	ca := issue("ca", nil)
	return issued{ca: ca, server: issue("server", &ca), client: issue("client", &ca), stranger: issue("stranger", nil)}
})

func issue(name string, by *pair) pair {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             certEnds.AddDate(-20, 0, 0),
		NotAfter:              certEnds,
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:              []string{"name-in-certificate"},
		IsCA:                  by == nil,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.x509, by.signer
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return pair{
		cert:   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		key:    pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
		x509:   cert,
		signer: key,
	}
}

// jwt is an unsigned token with these claims.
func jwt(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"none"}`)) + "." + part(payload) + "." + part([]byte(token))
}

// kubeconfig is one of the kind that kubemcsa writes, with a change.
func kubeconfig(t testing.TB, change func(cluster *api.Cluster, user *api.AuthInfo, all *api.Config)) []byte {
	t.Helper()
	cluster := &api.Cluster{Server: server, CertificateAuthorityData: fixtures().ca.cert}
	user := &api.AuthInfo{Token: token}
	all := api.NewConfig()
	all.Clusters["k8s-cluster1"], all.AuthInfos["k8s-cluster1"] = cluster, user
	all.Contexts["k8s-cluster1"] = &api.Context{Cluster: "k8s-cluster1", AuthInfo: "k8s-cluster1", Namespace: "cassandra"}
	all.CurrentContext = "k8s-cluster1"
	if change != nil {
		change(cluster, user, all)
	}
	text, err := clientcmd.Write(*all)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// kubemcsa is the whole Secret that kubemcsa writes, with a change.
func kubemcsa(t testing.TB, change func(data map[string][]byte)) map[string][]byte {
	t.Helper()
	data := map[string][]byte{
		"config":    kubeconfig(t, nil),
		"server":    []byte(server),
		"ca.crt":    fixtures().ca.cert,
		"token":     []byte(token),
		"namespace": []byte("cassandra"),
	}
	if change != nil {
		change(data)
	}
	return data
}
