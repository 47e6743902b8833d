package v1alpha1

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"
)

func TestAddToScheme(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}

	want := map[string]bool{KindGate: true, "GateList": true, KindRenderConfig: false}
	got := map[string]bool{}

	for kind := range want {
		got[kind] = scheme.Recognizes(GroupVersion.WithKind(kind))
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kinds of the scheme (-want +got):\n%s", diff)
	}
}
