package bed

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// deaf is a listener that never accepts and whose queue is full, so that the kernel leaves further connections unanswered, as a black
// hole does. It needs no rights. The connections that fill the queue are returned.
func deaf(address string) (net.Listener, []net.Conn, error) {
	ear, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	if err := shorten(ear); err != nil {
		return nil, nil, errors.Join(err, ear.Close())
	}
	var filling []net.Conn
	for range 10 {
		conn, err := net.DialTimeout("tcp", address, 50*time.Millisecond)
		if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
			return ear, filling, nil
		}
		if err != nil {
			return nil, nil, errors.Join(err, ear.Close())
		}
		filling = append(filling, conn)
	}
	return nil, nil, errors.Join(fmt.Errorf("%d connections do not fill a queue of one: is this Linux?", len(filling)), ear.Close())
}

// shorten sets the queue of a listener to its shortest: listen(2) may be called again.
func shorten(ear net.Listener) error {
	raw, err := ear.(*net.TCPListener).SyscallConn()
	if err != nil {
		return err
	}
	var listenErr error
	err = raw.Control(func(fd uintptr) { listenErr = syscall.Listen(int(fd), 0) })
	return errors.Join(err, listenErr)
}
