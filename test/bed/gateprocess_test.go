package bed

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestGateProcess(t *testing.T) {
	c := clusters[0]
	if err := c.InstallGate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Namespace(t, "process")
	gate := StartGate(t, GateOptions{Kubeconfig: KubeconfigFile(t, c.Config), Namespaces: []string{"process"}, Supervise: true})
	gate.WaitReady(t)
	if rss, err := gate.RSS(); err != nil || rss < 1<<20 || rss > 1<<30 {
		t.Errorf("resident memory is %d bytes, error %v", rss, err)
	}
	first := gate.PID()
	if err := gate.Kill(); err != nil {
		t.Fatal(err)
	}
	WaitFor(t, 10*time.Second, "it was started again", func() (bool, string) { return gate.Restarts() == 1, "no restart" })
	gate.WaitReady(t)
	if gate.PID() == first {
		t.Errorf("it is process %d as before", first)
	}
	if err := gate.Pause(); err != nil {
		t.Fatal(err)
	}
	if err := gate.Stop(); err != nil { // also a paused one ends, and stays away
		t.Fatal(err)
	}
	if _, err := gate.RSS(); err == nil {
		t.Error("it runs after Stop")
	}
	if err := gate.Start(); err != nil {
		t.Fatal(err)
	}
	gate.WaitReady(t)
	log, err := os.ReadFile(gate.LogFile)
	if err != nil || !strings.HasPrefix(string(log), "{") {
		t.Errorf("the log has no JSON lines, error %v: %.100s", err, log)
	}
}
