package export

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"k8s.io/client-go/rest"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

// Endpoint is where the gates of other clusters reach an API server, and what vouches for it.
type Endpoint struct {
	// Server is its address, as https://host:port.
	Server string
	// TLSServerName is the name in its certificate; empty: the host of Server.
	TLSServerName string
	// CA is at least one certificate, in PEM.
	CA []byte
}

// EndpointOf is where a client's configuration leads. server, unless empty, is the address in its place, and ca what vouches for it.
// Anything that a gate would refuse is an error that says what to do; the warnings are about what may not work from there.
func EndpointOf(config *rest.Config, server string, ca []byte) (e Endpoint, warnings []string, err error) {
	if config.Insecure {
		return e, nil, errors.New("the kubeconfig has insecure-skip-tls-verify: whoever answers at that address would be believed; put the CA of the server there in its place")
	}
	e = Endpoint{Server: strings.TrimSuffix(config.Host, "/"), TLSServerName: config.ServerName, CA: config.CAData}
	if len(e.CA) == 0 && config.CAFile != "" {
		if e.CA, err = os.ReadFile(config.CAFile); err != nil {
			return e, nil, fmt.Errorf("the CA that the kubeconfig names: %w", err)
		}
	}
	from := "the kubeconfig"
	if server != "" {
		from, e.Server, e.TLSServerName = "--server", strings.TrimSuffix(server, "/"), ""
	}
	if len(ca) > 0 {
		e.CA = ca
	}
	if err := e.check(from); err != nil {
		return e, nil, err
	}
	if loopback(e.Server) {
		warnings = append(warnings, e.Server+" leads nowhere from another machine: give the address that the other cluster reaches, with --server")
	}
	if config.Proxy != nil && server == "" {
		warnings = append(warnings, "the kubeconfig goes through a proxy, a gate does not: see that the other cluster reaches "+e.Server+" by itself, or give another address with --server")
	}
	return e, warnings, nil
}

// check asks the gate's own parser. from is where the address comes from.
func (e Endpoint) check(from string) error {
	_, err := credentials.Parse(map[string][]byte{"server": []byte(e.Server), "ca.crt": e.CA, "token": []byte("any")})
	refusal, refused := errors.AsType[*credentials.Refusal](err)
	switch {
	case !refused:
		return err
	case refusal.Reason == credentials.ReasonNoCA:
		return errors.New("the kubeconfig has no CA: give that of the server with --certificate-authority FILE, a public one too, since a gate trusts nothing else")
	case refusal.Reason == credentials.ReasonCAInvalid:
		return errors.New("the CA is not a certificate in PEM: give that of the server with --certificate-authority FILE")
	}
	return fmt.Errorf("the server of %s: %w", from, err)
}

// loopback reports whether an address leads to the machine itself.
func loopback(server string) bool {
	u, err := url.Parse(server)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}
