package rotate

import (
	"fmt"
	"os"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/cert"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

// sameCluster refuses to put a token of one cluster into the Secret of another. They are one if they have the address in common, or the
// CA; else a human has to say so, by naming the address.
func (o Order) sameCluster(c *credentials.Credentials, there *rest.Config) error {
	if o.Server != "" {
		if bare(o.Server) != bare(c.Server) {
			return fmt.Errorf("the Secret %s leads to %s, --server says %s: to change it, make the Secret anew with gate export", o.Secret, c.Server, o.Server)
		}
		return nil
	}
	if bare(c.Server) == bare(there.Host) {
		return nil
	}
	ca := there.CAData
	if len(ca) == 0 && there.CAFile != "" {
		var err error
		if ca, err = os.ReadFile(there.CAFile); err != nil {
			return fmt.Errorf("the CA that the kubeconfig names: %w", err)
		}
	}
	if shareCA(c.CA, ca) {
		return nil
	}
	return fmt.Errorf("the Secret %s leads to %s, the token would come from %s, and they have no CA in common: is it the same cluster? If it is, say so with --server %s", o.Secret, c.Server, there.Host, c.Server)
}

// bare is an address without the slash at its end, which means nothing.
func bare(server string) string { return strings.TrimSuffix(server, "/") }

// shareCA reports whether two lists of certificates, in PEM, have one in common.
func shareCA(a, b []byte) bool {
	first, err := cert.ParseCertsPEM(a)
	second, otherErr := cert.ParseCertsPEM(b)
	if err != nil || otherErr != nil {
		return false
	}
	for _, x := range first {
		for _, y := range second {
			if x.Equal(y) {
				return true
			}
		}
	}
	return false
}
