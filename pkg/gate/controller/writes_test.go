package controller

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

func TestWritesAreAheadOfAnOlderCache(t *testing.T) {
	gate := func(name, version string) *v1alpha1.Gate {
		g := &v1alpha1.Gate{}
		g.Name, g.ResourceVersion = name, version
		return g
	}
	var w writes
	w.wrote(gate("ring", "99"))
	w.wrote(gate("ring", "100"))
	for _, tt := range []struct {
		name, version string
		want          bool
	}{
		{"ring", "99", true},
		{"ring", "100", false},
		{"ring", "101", false},
		{"ring", "", false},
		{"ring", "v7", false},
		{"other", "1", false},
	} {
		if got := w.ahead(gate(tt.name, tt.version)); got != tt.want {
			t.Errorf("after version 100 of ring was written, version %q of %s: ahead %t, want %t", tt.version, tt.name, got, tt.want)
		}
	}
	w.forget(client.ObjectKey{Name: "ring"})
	if w.ahead(gate("ring", "99")) {
		t.Error("what was forgotten is still ahead")
	}
}
