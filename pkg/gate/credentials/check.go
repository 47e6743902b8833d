package credentials

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"strconv"
	"strings"

	"k8s.io/client-go/util/cert"
)

// maxClientKey is the most that a client key may have, in bytes of PEM. An RSA key of 16384 bits has 13 KiB; one that
// fills a Secret keeps Go's parser busy for many seconds.
const maxClientKey = 16 << 10

// fields are what messages call the parts.
type fields struct{ server, ca, token string }

// checked returns the credentials if they can be used, with their expiry.
func (c *Credentials) checked(name fields) (*Credentials, error) {
	if err := checkServer(c.Server, name.server); err != nil {
		return nil, err
	}
	if err := checkCA(c.CA, name.ca); err != nil {
		return nil, err
	}
	if c.Token == "" && len(c.ClientCert) == 0 && len(c.ClientKey) == 0 {
		return nil, refuse(ReasonNoCredentials, "%s is missing: want a token, or a client certificate in a kubeconfig", name.token)
	}
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, refuse(ReasonTokenInvalid, "%s has a character that no token has: want it in plain text, on one line", name.token)
	}
	leaf, err := c.clientCertificate()
	if err != nil {
		return nil, err
	}
	c.Expires = expires(c.Token, leaf)
	return c, nil
}

func checkServer(server, name string) error {
	if server == "" {
		return refuse(ReasonNoServer, "%s is missing: want the address of the API server, as https://host:port", name)
	}
	u, err := url.Parse(server)
	switch {
	case err != nil:
		return refuse(ReasonServerInvalid, "%s is not a URL: want https://host:port", name)
	case u.User != nil:
		return refuse(ReasonBasicAuth, "%s holds a user name or a password: want a token", name)
	case u.Scheme == "http":
		return refuse(ReasonPlainHTTP, "%s begins with http: want https", name)
	case u.Scheme != "https":
		return refuse(ReasonServerInvalid, "%s does not begin with https://: want https://host:port", name)
	case u.Hostname() == "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || !validPort(u.Port()):
		return refuse(ReasonServerInvalid, "%s is not the address of an API server: want https://host:port", name)
	}
	return nil
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// checkCA wants a CA even where the system's roots would do. Without it, what a server must prove would depend on the image of the gate,
// and a misspelt field would widen the trust from one CA to all public ones, to any of which the token would then be given.
func checkCA(ca []byte, name string) error {
	if len(bytes.TrimSpace(ca)) == 0 {
		return refuse(ReasonNoCA, "%s is missing: want the CA of the server in PEM, a public one too", name)
	}
	if _, err := cert.ParseCertsPEM(ca); err != nil {
		return refuse(ReasonCAInvalid, "%s is not a certificate in PEM", name)
	}
	return nil
}

// clientCertificate is the certificate that speaks for the client; nil if there is none.
func (c *Credentials) clientCertificate() (*x509.Certificate, error) {
	switch {
	case len(c.ClientCert) == 0 && len(c.ClientKey) == 0:
		return nil, nil
	case len(c.ClientCert) == 0:
		return nil, refuse(ReasonClientCertificateInvalid, "client-key-data is there without client-certificate-data: want both")
	case len(c.ClientKey) == 0:
		return nil, refuse(ReasonClientCertificateInvalid, "client-certificate-data is there without client-key-data: want both")
	case len(c.ClientKey) > maxClientKey:
		return nil, refuse(ReasonClientCertificateInvalid, "client-key-data has %d bytes: want %d at most", len(c.ClientKey), maxClientKey)
	}
	pair, err := tls.X509KeyPair(c.ClientCert, c.ClientKey)
	if err != nil {
		return nil, refuse(ReasonClientCertificateInvalid, "client-certificate-data and client-key-data are not a pair in PEM")
	}
	return pair.Leaf, nil
}
