package bed

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func compare(want, got any) string { return cmp.Diff(want, got) }

// ask makes one request on a new connection, once, with a second to answer.
func ask(t *testing.T, config *rest.Config) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	config = rest.CopyConfig(config)
	config.Dial = (&net.Dialer{}).DialContext // a transport of its own
	asker, err := rest.UnversionedRESTClientFor(unversioned(config))
	if err != nil {
		t.Fatal(err)
	}
	return asker.Get().AbsPath("/api/v1/namespaces/default").MaxRetries(0).Do(ctx).Error()
}

func wantTimeout(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, want none to answer", err)
	}
}

func wantError(t *testing.T, want, err error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

func wantCode(t *testing.T, want int, err error) {
	t.Helper()
	status := apierrors.APIStatus(nil)
	if !errors.As(err, &status) || int(status.Status().Code) != want {
		t.Errorf("got error %v, want code %d", err, want)
	}
}

func TestPausedAPIServerAnswersNothing(t *testing.T) {
	c := clusters[0]
	c.PauseAPIServer(t)
	wantTimeout(t, ask(t, c.Config))
	if err := ask(t, clusters[1].Config); err != nil {
		t.Errorf("the other cluster: %v", err)
	}
	c.ResumeAPIServer(t)
	WaitFor(t, 10*time.Second, "it answers again", func() (bool, string) {
		err := ask(t, c.Config)
		return err == nil, errorText(err)
	})
}

func TestStoppedAPIServerComesBackWithItsData(t *testing.T) {
	c := clusters[0]
	c.ServiceAccount(t, "stopped", "kept")
	user := c.WithToken(c.Token(t, "stopped", "kept", time.Hour))
	c.StopAPIServer(t)
	wantError(t, syscall.ECONNREFUSED, ask(t, c.Config))
	c.StartAPIServer(t)
	if got, err := whoAmI(t.Context(), user); err != nil || got != "system:serviceaccount:stopped:kept" {
		t.Errorf("the token from before is %q, error %v", got, err)
	}
}

func TestProxy(t *testing.T) {
	proxy := NewProxy(t, clusters[0])
	config := proxy.Config(clusters[0].Config)
	for _, test := range []struct {
		name string
		mode Mode
		want func(*testing.T, error)
	}{
		{"silent", Silent, wantTimeout},
		{"unreachable", Unreachable, wantTimeout},
		{"reset", Reset, func(t *testing.T, err error) { wantError(t, syscall.ECONNRESET, err) }},
		{"refuse", Refuse, func(t *testing.T, err error) { wantError(t, syscall.ECONNREFUSED, err) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			proxy.Set(t, test.mode)
			test.want(t, ask(t, config))
			proxy.Set(t, Pass)
			if err := ask(t, config); err != nil {
				t.Errorf("when it passes again: %v", err)
			}
		})
	}
}

// TestUnreachableEndsBeforeTLS tells a black hole from a server that accepts and says nothing.
func TestUnreachableEndsBeforeTLS(t *testing.T) {
	proxy := NewProxy(t, clusters[0])
	for mode, want := range map[Mode]bool{Silent: true, Unreachable: false} {
		proxy.Set(t, mode)
		conn, err := net.DialTimeout("tcp", proxy.Address, 300*time.Millisecond)
		if err == nil {
			_ = conn.Close() // nothing was sent
		}
		if got := err == nil; got != want {
			t.Errorf("mode %d: connected is %t, want %t", mode, got, want)
		}
	}
}

// TestOpenWatchFallsSilentAndResumes holds for what is open already.
func TestOpenWatchFallsSilentAndResumes(t *testing.T) {
	c := clusters[0]
	proxy := NewProxy(t, c)
	through, err := client.NewWithWatch(proxy.Config(c.Config), client.Options{Scheme: Scheme})
	if err != nil {
		t.Fatal(err)
	}
	c.Namespace(t, "silent")
	watch, err := through.Watch(t.Context(), &corev1.ConfigMapList{}, client.InNamespace("silent"))
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Stop()
	proxy.Set(t, Silent)
	if err := c.Client.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "silent", Name: "unseen"}}); err != nil {
		t.Fatal(err)
	}
	select {
	case event := <-watch.ResultChan():
		t.Fatalf("the silent watch says %s %v", event.Type, event.Object)
	case <-time.After(300 * time.Millisecond):
	}
	proxy.Set(t, Pass)
	if event := <-watch.ResultChan(); event.Type != "ADDED" {
		t.Errorf("the resumed watch says %s, want ADDED", event.Type)
	}
}

func TestTLSProxyAnswersInPlaceOfTheServer(t *testing.T) {
	c := clusters[0]
	c.ServiceAccount(t, "answers", "asker")
	proxy := NewTLSProxy(t, c)
	config := proxy.Config(c.WithToken(c.Token(t, "answers", "asker", time.Hour)))
	for _, code := range []int{http.StatusInternalServerError, http.StatusServiceUnavailable} {
		proxy.Answer(code, nil, nil)
		wantCode(t, code, ask(t, config))
	}
	proxy.Answer(http.StatusTooManyRequests, map[string]string{"Retry-After": "30"}, func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/namespaces/") })
	err := ask(t, config)
	wantCode(t, http.StatusTooManyRequests, err)
	if seconds, ok := apierrors.SuggestsClientDelay(err); !ok || seconds != 30 {
		t.Errorf("the wait is %d s, want 30 s", seconds)
	}
	if got, err := whoAmI(t.Context(), config); err != nil || got != "system:serviceaccount:answers:asker" {
		t.Errorf("on another path the user is %q, error %v", got, err)
	}
	proxy.PassOn()
	if err := ask(t, config); !apierrors.IsForbidden(err) {
		t.Errorf("got error %v, want the API server's own", err)
	}
}

func TestForeignTLSProxyIsNotTrusted(t *testing.T) {
	err := ask(t, NewForeignTLSProxy(t, clusters[0]).Config(clusters[0].Config))
	if err == nil || !strings.Contains(err.Error(), "certificate signed by unknown authority") {
		t.Errorf("got error %v, want an unknown authority", err)
	}
}
