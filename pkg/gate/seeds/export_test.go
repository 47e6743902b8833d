package seeds

import (
	"context"
	"net"
)

// SetDial replaces the network. Call it before the first Ask.
func (c *Checker) SetDial(dial func(ctx context.Context, network, address string) (net.Conn, error)) {
	c.dial = dial
}
