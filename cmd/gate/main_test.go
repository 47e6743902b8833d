package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestMain leaves nothing in the environment that leads to an API server.
func TestMain(m *testing.M) {
	for _, v := range []string{"KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"} {
		if err := os.Unsetenv(v); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// result is what one run of the program did.
type result struct {
	code           int
	stdout, stderr string
}

// program runs gate to its end.
func program(t *testing.T, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := execute(t.Context(), args, &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// kubeconfig is a file with a context for a server.
func kubeconfig(t *testing.T, server string) string {
	t.Helper()
	return write(t, "kubeconfig", `{apiVersion: v1, kind: Config, current-context: a, contexts: [{name: a, context: {cluster: a, user: a}}],
  clusters: [{name: a, cluster: {server: "`+server+`"}}], users: [{name: a, user: {token: x}}]}`)
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// closedPort is an address at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

func TestVersion(t *testing.T) {
	version = "v1.2.3"
	t.Cleanup(func() { version = "" })
	want := result{stdout: "gate v1.2.3 (" + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + ")\n"}
	if got := program(t, "version"); got != want {
		t.Errorf("want %+v, got %+v", want, got)
	}
}

func TestVersionOfABuildWithoutMake(t *testing.T) {
	if got := versionText(); got == "" {
		t.Error("the version is empty")
	}
}
