package dns

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// options of named that documents do not show. Nobody else listens on nameServer, so the port is DNS' own, as resolv.conf wants it.
const options = `options {
    directory "%s";
    listen-on { %s; };
    listen-on-v6 { none; };
    pid-file "named.pid";
    session-keyfile "session.key";
    recursion no;
    dnssec-validation no;
    notify no;
};
controls { };
`

// server is BIND's named with the configuration that docs/external-dns.md shows.
type server struct {
	*bed.Process
	// key is the secret of the TSIG key that may change the zone.
	key string

	dir string
}

// startServer starts it, with an empty zone, until the test ends.
func startServer(t *testing.T) *server {
	t.Helper()
	binary, err := bed.Binary("named")
	must(t, err)
	s := &server{dir: t.TempDir(), key: newKey(t)}
	shown, err := os.ReadFile("testdata/named.conf")
	must(t, err)
	s.write(t, "named.conf", fmt.Sprintf(options, s.dir, nameServer)+string(shown))
	s.write(t, "external-dns.key", fmt.Sprintf("key \"external-dns\" {\n\talgorithm hmac-sha256;\n\tsecret %q;\n};\n", s.key))
	s.Process = &bed.Process{Path: binary, Log: filepath.Join(bed.Scratch(), "named.log"),
		Args: []string{"-g", "-n", "1", "-c", filepath.Join(s.dir, "named.conf")}}
	t.Cleanup(func() { must(t, s.End(syscall.SIGTERM)) })
	s.start(t)
	return s
}

// forget takes all names out of the zone.
func (s *server) forget(t *testing.T) {
	t.Helper()
	must(t, s.End(syscall.SIGTERM))
	must(t, os.Remove(filepath.Join(s.dir, "example.com.zone.jnl")))
	s.start(t)
}

func (s *server) start(t *testing.T) {
	t.Helper()
	zone, err := os.ReadFile("testdata/example.com.zone")
	must(t, err)
	s.write(t, "example.com.zone", string(zone))
	must(t, s.Start())
	bed.WaitFor(t, patience, "named answers", func() (bool, string) {
		found, err := resolve(t.Context(), "ns.example.com")
		return len(found) == 1, fmt.Sprint(found, err)
	})
}

func (s *server) write(t *testing.T, name, content string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o600))
}

func newKey(t *testing.T) string {
	t.Helper()
	key := make([]byte, 32)
	_, err := rand.Read(key)
	must(t, err)
	return base64.StdEncoding.EncodeToString(key)
}

// resolve looks a name up as a gate does: with Go's resolver, which asks the server that /etc/resolv.conf names. A name that does not
// exist has no addresses.
func resolve(ctx context.Context, name string) ([]netip.Addr, error) {
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", name+".")
	var lookup *net.DNSError
	if errors.As(err, &lookup) && lookup.IsNotFound {
		return nil, nil
	}
	return found, err
}
