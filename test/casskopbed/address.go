package casskopbed

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
)

// lastAddress counts the addresses given out, from another place in each test process.
var lastAddress atomic.Uint32

func init() { lastAddress.Store(uint32(os.Getpid()) << 10) } //nolint:gosec // any number will do

// listen takes an address for a pod, with Jolokia's port: the given one or, if that is empty, a loopback address that nobody else on the
// machine uses so, from those that test/bed leaves: 127.192.0.0 to 127.253.255.255.
func listen(address string) (net.Listener, string, error) {
	if address != "" {
		listener, err := net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(jolokiaPort)))
		return listener, address, err
	}
	for {
		ip := net.IP(binary.BigEndian.AppendUint32(nil, 127<<24+192<<16+lastAddress.Add(1)%(62<<16)))
		listener, address, err := listen(ip.String())
		if !errors.Is(err, syscall.EADDRINUSE) {
			return listener, address, err
		}
	}
}
