package seeds

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

const (
	// oneHost is how long one seed has to take the connection, the look-up of its name included.
	oneHost = 2 * time.Second
	// oneRound is how long a round takes at most.
	oneRound = 3 * time.Second
	// atOnce is how many seeds are asked side by side: half of what a Gate can list, so that each has its turn in every round.
	atOnce = 512
	// named is how many seeds a message names.
	named = 3
)

// round asks all hosts once. The first that answers ends it.
func (c *Checker) round(ctx context.Context, hosts []string, port int32) (gate.SeedAnswer, string) {
	ctx, cancel := context.WithTimeout(ctx, oneRound)
	defer cancel()
	first := make(chan string, 1)
	errs := make([]error, len(hosts))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, host := range hosts {
		group.Go(func() error {
			if errs[i] = c.reach(ctx, host, port); errs[i] == nil {
				select {
				case first <- host:
				default: // another one was faster
				}
				cancel()
			}
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	select {
	case host := <-first:
		return gate.SeedsAnswered, fmt.Sprintf("%s answers on port %d", host, port)
	default:
		return gate.SeedsSilent, silence(hosts, port, errs)
	}
}

func (c *Checker) reach(ctx context.Context, host string, port int32) error {
	ctx, cancel := context.WithTimeout(ctx, oneHost)
	defer cancel()
	conn, err := c.dial(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(int(port))))
	if err != nil {
		return err
	}
	_ = conn.Close() // that it was there is all that counts
	return nil
}

// silence says why no host answers.
func silence(hosts []string, port int32, errs []error) string {
	var words []string
	for i, host := range hosts[:min(named, len(hosts))] {
		words = append(words, fmt.Sprintf("%s (%s)", host, why(errs[i])))
	}
	message := fmt.Sprintf("port %d of %s", port, strings.Join(words, ", "))
	if more := len(hosts) - named; more > 0 {
		message += fmt.Sprintf(" and %d more", more)
	}
	return message
}

// why leaves out of an error what changes from round to round, such as local ports and the name server that was asked.
func why(err error) string {
	var lookup *net.DNSError
	var network net.Error
	var number syscall.Errno
	switch {
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return "no such host"
	case errors.As(err, &lookup) && lookup.IsTimeout:
		return fmt.Sprintf("name lookup: no answer in %s", oneHost)
	case errors.As(err, &lookup):
		return "name lookup fails"
	case errors.As(err, &network) && network.Timeout():
		return fmt.Sprintf("no answer in %s", oneHost)
	case errors.As(err, &number):
		return number.Error()
	default:
		return "no connection"
	}
}
