package seeds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/seeds"
)

func TestTheFirstAnswerEndsTheRound(t *testing.T) {
	inLab(t, map[string]bool{"a:8778": false, "c:8778": true}, func(t *testing.T, l *lab) {
		l.Ask("ring", []string{"a", "b", "c", "d"}, port)
		l.pass(0)
		l.wantAnswer(t, "ring", gate.SeedsAnswered, "c answers on port 8778")
		if n := l.net.asking(); n != 0 {
			t.Errorf("want none asked any more, got %d under way", n)
		}
	})
}

func TestSeveralMayAnswerAtOnce(t *testing.T) {
	inLab(t, map[string]bool{"a:8778": true, "b:8778": true, "c:8778": true}, func(t *testing.T, l *lab) {
		l.Ask("ring", []string{"a", "b", "c"}, port)
		l.pass(0)
		if got, message := l.Answer("ring"); got != gate.SeedsAnswered || !strings.HasSuffix(message, " answers on port 8778") {
			t.Errorf("want answer %d from one of them, got %d, %q", gate.SeedsAnswered, got, message)
		}
		l.wantChanges(t, "ring", 0)
	})
}

func TestAMessageNamesThreeHostsInOrder(t *testing.T) {
	inLab(t, map[string]bool{}, func(t *testing.T, l *lab) {
		l.Ask("three", []string{"c", "a", "b"}, port)
		l.Ask("four", []string{"d", "c", "a", "b"}, port)
		l.pass(2 * time.Second)
		named := "port 8778 of a (no answer in 2s), b (no answer in 2s), c (no answer in 2s)"
		l.wantAnswer(t, "three", gate.SeedsSilent, named)
		l.wantAnswer(t, "four", gate.SeedsSilent, named+" and 1 more")
	})
}

// Local ports, name servers and the like would change the message from round to round.
func TestAMessageHoldsTheReasonAlone(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"no such name":        {&net.DNSError{Err: "no such host", Name: "a", Server: "10.0.0.10:53", IsNotFound: true}, "no such host"},
		"a name server hangs": {&net.DNSError{Err: "i/o timeout", Name: "a", Server: "10.0.0.10:53", IsTimeout: true}, "name lookup: no answer in 2s"},
		"a name server fails": {&net.DNSError{Err: "server misbehaving", Name: "a", Server: "10.0.0.10:53", IsTemporary: true}, "name lookup fails"},
		"no connection in time": {
			&net.OpError{Op: "dial", Addr: &net.TCPAddr{Port: 40001}, Err: os.ErrDeadlineExceeded}, "no answer in 2s",
		},
		"the kernel gives up":   {&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ETIMEDOUT)}, "no answer in 2s"},
		"a refusal":             {&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "connection refused"},
		"no route":              {&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EHOSTUNREACH)}, "no route to host"},
		"something else, at 17": {errors.New("something else, at 17"), "no connection"},
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, nil, func(t *testing.T, l *lab) {
				l.SetDial(func(context.Context, string, string) (net.Conn, error) {
					return nil, &net.OpError{Op: "dial", Err: test.err}
				})
				l.Ask("ring", []string{"a"}, port)
				l.pass(0)
				l.wantAnswer(t, "ring", gate.SeedsSilent, "port 8778 of a ("+test.want+")")
			})
		})
	}
}

// As many as a Gate can list: the last one has its turn although all others are silent.
func TestEachOfTheMostHostsIsAskedInEachRound(t *testing.T) {
	var hosts []string
	for i := range 1024 {
		hosts = append(hosts, fmt.Sprintf("seed-%04d", i))
	}
	inLab(t, map[string]bool{}, func(t *testing.T, l *lab) {
		l.Ask("ring", hosts, port)
		l.pass(3*time.Second - 1)
		l.wantAnswer(t, "ring", gate.SeedsNotAsked, notAsked)
		l.pass(1)
		if got, _ := l.Answer("ring"); got != gate.SeedsSilent {
			t.Errorf("want the round over after 3 s, got answer %d", got)
		}
		if asked := len(l.net.times()); asked != len(hosts) || l.net.most != 512 {
			t.Errorf("want %d hosts asked, 512 at once, got %d, %d at once", len(hosts), asked, l.net.most)
		}
		l.net.set("seed-1023:8778", true)
		l.pass(7 * time.Second)
		l.wantAnswer(t, "ring", gate.SeedsAnswered, "seed-1023 answers on port 8778")
	})
}

// On the real network, and with a clock that stands still.
func ask(t *testing.T, port int, hosts ...string) (gate.SeedAnswer, string) {
	t.Helper()
	changed := make(chan string, 1)
	c := seeds.New(clocktesting.NewFakeClock(time.Unix(1, 0)), func(key string) { changed <- key })
	defer c.Close()
	c.Ask("ring", hosts, int32(port))
	select {
	case <-changed:
	case <-time.After(30 * time.Second):
		t.Fatal("no answer within 30 s")
	}
	return c.Answer("ring")
}

func listen(t *testing.T, address string) (listener net.Listener, port int) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener, listener.Addr().(*net.TCPAddr).Port
}

// closedPort is one on which nobody listens.
func closedPort(t *testing.T) int {
	t.Helper()
	listener, port := listen(t, "127.0.0.1:0")
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return port
}

func TestASeedOnTheNetworkAnswers(t *testing.T) {
	listener, port := listen(t, "127.0.0.2:0")
	got, message := ask(t, port, "127.0.0.3", "127.0.0.2", "no..such..host")
	if want := "127.0.0.2 answers on port " + strconv.Itoa(port); got != gate.SeedsAnswered || message != want {
		t.Errorf("want answer %d, %q, got %d, %q", gate.SeedsAnswered, want, got, message)
	}
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if n, err := conn.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("want the connection closed and nothing sent, got %d bytes, %v", n, err)
	}
}

func TestSeedsOnTheNetworkAreSilent(t *testing.T) {
	port := closedPort(t)
	got, message := ask(t, port, "no..such..host", "127.0.0.2", "127.0.0.1")
	want := fmt.Sprintf("port %d of 127.0.0.1 (connection refused), 127.0.0.2 (connection refused), no..such..host (no such host)", port)
	if got != gate.SeedsSilent || message != want {
		t.Errorf("want answer %d, %q, got %d, %q", gate.SeedsSilent, want, got, message)
	}
}

func TestNothingRunsAfterClose(t *testing.T) {
	_, open := listen(t, "127.0.0.1:0")
	closed := closedPort(t)
	c := seeds.New(clock.RealClock{}, func(string) {})
	for i := range 50 {
		c.Ask(fmt.Sprint("silent ", i), []string{"127.0.0.1", "127.0.0.2", "no..such..host"}, int32(closed))
		c.Ask(fmt.Sprint("answers ", i), []string{"127.0.0.1", "127.0.0.2"}, int32(open))
	}
	for i := range 25 {
		c.Forget(fmt.Sprint("silent ", i))
	}
	c.Close()
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	if strings.Contains(string(stacks), "seeds.(*Checker)") {
		t.Errorf("want nothing to run after Close, got:\n%s", stacks)
	}
}
