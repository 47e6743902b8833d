package dns

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// insideVariable tells the test process that it is the one in the namespaces.
const insideVariable = "CASSKOP_GITOPS_DNS_INSIDE"

// nameServer is where the DNS server listens: an address for documentation, which testdata names too.
var nameServer = netip.MustParseAddr("192.0.2.53")

// pods is the network of the pods. It may not be loopback: the API server refuses such addresses in Endpoints.
var pods = netip.MustParsePrefix("10.244.0.1/16")

// rights is what to look at when there are no namespaces.
const rights = "they need root with CAP_SYS_ADMIN, or a kernel that lets users make user namespaces and be root there " +
	"(user.max_user_namespaces; on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0)"

func inNamespace() bool { return os.Getenv(insideVariable) != "" }

// enterNamespace runs the tests once more, in a network namespace and a mount namespace of their own: there this process has what it needs
// elsewhere rights over the machine for, that is port 53, addresses for pods and /etc/resolv.conf. Whoever is not root gets it
// through a user namespace. It returns the exit code.
func enterNamespace() int {
	runtime.LockOSThread() // the kernel sends Pdeathsig when the thread that began the process ends
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), insideVariable+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	var exit *exec.ExitError
	switch err := cmd.Run(); {
	case errors.As(err, &exit):
		return max(exit.ExitCode(), 1) // a signal is -1
	case err != nil:
		fmt.Fprintf(os.Stderr, "start the tests in namespaces of their own: %v: %s\n", err, rights)
		return 1
	default:
		return 0
	}
}

// prepareNamespace brings loopback up, with the addresses that are used here, and has names resolved by nameServer.
func prepareNamespace() error {
	if err := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, ""); err != nil {
		return fmt.Errorf("keep mounts in the namespace: %w: %s", err, rights)
	}
	resolvers := filepath.Join(bed.Scratch(), "resolv.conf")
	if err := os.WriteFile(resolvers, []byte("nameserver "+nameServer.String()+"\n"), 0o644); err != nil {
		return err
	}
	if err := syscall.Mount(resolvers, "/etc/resolv.conf", "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount over /etc/resolv.conf: %w", err)
	}
	return addAddresses(pods, netip.PrefixFrom(nameServer, 32))
}

// addAddresses brings loopback up and gives it networks: all their addresses are this machine's then.
func addAddresses(networks ...netip.Prefix) error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(socket) }() // nothing was written to it
	up, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	up.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, up); err != nil {
		return fmt.Errorf("bring loopback up: %w", err)
	}
	for i, network := range networks {
		if err := addAddress(socket, fmt.Sprint("lo:", i), network); err != nil {
			return fmt.Errorf("give loopback %s: %w", network, err)
		}
	}
	return nil
}

func addAddress(socket int, alias string, network netip.Prefix) error {
	request, err := unix.NewIfreq(alias)
	if err != nil {
		return err
	}
	if err := request.SetInet4Addr(network.Addr().AsSlice()); err != nil {
		return err
	}
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFADDR, request); err != nil {
		return err
	}
	if err := request.SetInet4Addr(net.CIDRMask(network.Bits(), 32)); err != nil {
		return err
	}
	return unix.IoctlIfreq(socket, unix.SIOCSIFNETMASK, request)
}
