//go:build argocd

package hasten

import "testing"

// TestArgoCD plays everything with one Argo CD: it takes a while to start.
func TestArgoCD(t *testing.T) {
	w := newWorld(t)
	for _, part := range []struct {
		name string
		play func(*testing.T, *world)
	}{
		{"left to its backoff", leftToItsBackoff},
		{"hastened", hastened},
		{"a gate that was killed after it opened", killed},
		{"while a gate holds", holding},
		{"when nothing is owed", nothingOwed},
		{"an Application with manual sync", manualSync},
		{"a Gate with the tracking id of another", copied},
		{"an attempt that begins meanwhile", overtaken},
		{"what the gate may change", mayChange},
	} {
		t.Run(part.name, func(t *testing.T) { part.play(t, w) })
	}
}
