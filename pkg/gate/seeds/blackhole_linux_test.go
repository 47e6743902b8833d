package seeds_test

import (
	"fmt"
	"net"
	"strconv"
	"syscall"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// blackHole listens and accepts nothing: once its queue of one is full, Linux drops what comes, as a firewall does.
func blackHole(t *testing.T) (port int) {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) })
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(socket, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	port = name.(*syscall.SockaddrInet4).Port
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return port
}

func TestASeedBehindAFirewallIsGivenUp(t *testing.T) {
	port := blackHole(t)
	got, message := ask(t, port, "127.0.0.1", "no..such..host")
	want := fmt.Sprintf("port %d of 127.0.0.1 (no answer in 2s), no..such..host (no such host)", port)
	if got != gate.SeedsSilent || message != want {
		t.Errorf("want answer %d, %q, got %d, %q", gate.SeedsSilent, want, got, message)
	}
}
