package fleet

import (
	"sync"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/fluxbed"
)

// Site is a Kubernetes cluster with what all its rings share.
type Site struct {
	*bed.Cluster
	// Flux has applied base/gate. Rings have sources of their own. Nil: Argo CD delivers from a hub.
	Flux *fluxbed.Flux
	// Controller is the gate controller, for all namespaces. It is started again when it ends.
	Controller *bed.GateProcess
}

// Start installs Flux and the gate controller in clusters, side by side, and returns when both are at work.
func Start(t testing.TB, clusters ...*bed.Cluster) []*Site {
	t.Helper()
	sites := make([]*Site, len(clusters))
	Each(t, clusters, func(i int, c *bed.Cluster) {
		s := &Site{Cluster: c, Flux: fluxbed.Start(t, c, "--concurrent=20")} // many rings change at once
		s.Flux.InstallGate(t)
		s.startController(t)
		sites[i] = s
	})
	return sites
}

// StartWithoutFlux installs the gate controller alone.
func StartWithoutFlux(t testing.TB, clusters ...*bed.Cluster) []*Site {
	t.Helper()
	sites := make([]*Site, len(clusters))
	Each(t, clusters, func(i int, c *bed.Cluster) {
		if err := c.InstallGate(t.Context()); err != nil {
			t.Error(err)
			return
		}
		sites[i] = &Site{Cluster: c}
		sites[i].startController(t)
	})
	return sites
}

func (s *Site) startController(t testing.TB) {
	t.Helper()
	s.Controller = bed.StartGate(t, bed.GateOptions{Kubeconfig: bed.KubeconfigFile(t, s.GateIdentity(t)), Supervise: true})
	s.Controller.WaitReady(t)
}

// Each does something with each of some clusters, side by side, and ends the test if it failed for one.
func Each[T any](t testing.TB, all []T, do func(int, T)) {
	t.Helper()
	var group sync.WaitGroup
	for i, one := range all {
		group.Go(func() { do(i, one) })
	}
	group.Wait()
	if t.Failed() {
		t.FailNow()
	}
}
