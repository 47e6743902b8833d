package controller

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

func TestWishes(t *testing.T) {
	var w wishes
	g := aGate(v1alpha1.GateStatus{})
	name := client.ObjectKeyFromObject(g)
	since := func(want time.Time, at time.Time, what string) {
		t.Helper()
		if got := w.since(g, at); !got.Equal(want) {
			t.Errorf("%s: want %s, got %s", what, want, got)
		}
	}
	since(now, now, "a Gate that was not seen before")
	since(now, now.Add(time.Hour), "one that is the same")
	g.Generation++
	since(now.Add(2*time.Hour), now.Add(2*time.Hour), "one that has changed")
	g.UID = "another"
	since(now.Add(3*time.Hour), now.Add(3*time.Hour), "one that was made anew")
	w.forget(name)
	since(now.Add(4*time.Hour), now.Add(4*time.Hour), "one that was away")
}

func TestAnExpiryIsWarnedOfOnce(t *testing.T) {
	var w warned
	ring, other := types.NamespacedName{Namespace: "ns", Name: "ring"}, types.NamespacedName{Namespace: "ns", Name: "other"}
	first := func(want bool, gate types.NamespacedName, cluster string, at time.Time, what string) {
		t.Helper()
		if got := w.first(gate, cluster, at); got != want {
			t.Errorf("%s: want %v, got %v", what, want, got)
		}
	}
	first(true, ring, "a", now, "the first time")
	first(false, ring, "a", now, "the second time")
	first(true, ring, "b", now, "another cluster")
	first(true, other, "a", now, "another Gate")
	first(true, ring, "a", now.Add(time.Hour), "other credentials")
	w.forget(ring)
	first(true, ring, "a", now.Add(time.Hour), "a Gate that was away")
	first(false, other, "a", now, "the other Gate, all the while")
}
