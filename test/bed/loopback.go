package bed

import (
	"net"
	"os"
	"strconv"
	"sync/atomic"
)

// host is a loopback address of this test process alone. No other one binds it, and the kernel gives outgoing connections to it the
// source 127.0.0.1, so that a port here is free again as soon as its server has stopped.
var host = func() string {
	pid := os.Getpid()
	return net.IPv4(127, byte(64|pid>>16), byte(pid>>8), byte(pid)).String() // process ids have 22 bits
}()

var lastPort atomic.Uint32

// NewAddress is an address on host, with a port that was not given out before. One that somebody has on all addresses is left out.
func NewAddress() string {
	for {
		address := net.JoinHostPort(host, strconv.Itoa(20000+int(lastPort.Add(1))))
		if free, err := net.Listen("tcp", address); err == nil {
			_ = free.Close() // nothing was accepted
			return address
		}
	}
}
