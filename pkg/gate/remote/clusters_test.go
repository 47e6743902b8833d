package remote

import (
	"encoding/base64"
	"maps"
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// gateWaitingFor waits for clusters, each with a Secret of its name.
func gateWaitingFor(name string, serialize v1alpha1.Serialize, clusters ...string) *v1alpha1.Gate {
	g := &v1alpha1.Gate{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: name}}
	g.Spec = v1alpha1.GateSpec{Revision: "00000001", APIVersion: v1alpha1.CassandraV2, Serialize: serialize}
	for _, c := range clusters {
		g.Spec.WaitFor = append(g.Spec.WaitFor, v1alpha1.WaitFor{
			Cluster: c, SecretRef: v1alpha1.SecretReference{Name: c}, APIVersion: v1alpha1.CassandraV2, Name: name, Namespace: "there",
		})
	}
	return g
}

// secretFor is a Secret with the credentials for a server.
func secretFor(name string, server *apiServer) map[string]any {
	encode := base64.StdEncoding.EncodeToString
	return map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"namespace": "ns", "name": name},
		"data": map[string]any{"server": encode([]byte(server.URL)), "ca.crt": encode(authorityOf(server.Server)), "token": encode([]byte("token"))},
	}
}

const (
	gatesThere      = "/apis/casskop-gitops.dev/v1alpha1/namespaces/there/gates"
	cassandrasThere = "/apis/db.orange.com/v2/namespaces/there/cassandraclusters"
	cassandrasHere  = "/apis/db.orange.com/v2/namespaces/ns/cassandraclusters"
	everywhereHere  = "/apis/db.orange.com/v2/cassandraclusters"
	secretHere      = "/api/v1/namespaces/ns/secrets metadata.name="
)

// TestWatchesAreShared: gates that look at the same place share a watch and a Secret, and the last one that goes ends them. Nothing is left.
func TestWatchesAreShared(t *testing.T) {
	there, other := newAPIServer(t, nil), newAPIServer(t, nil)
	here := newAPIServer(t, map[string][]any{"secrets": {secretFor("c1", there), secretFor("c2", other)}})
	idle := runtime.NumGoroutine()
	all, err := New(t.Context(), configOf(here.Server), false, clock.RealClock{}, func(types.NamespacedName) {})
	if err != nil {
		t.Fatal(err)
	}
	one, two, three := gateWaitingFor("one", "", "c1"), gateWaitingFor("two", "", "c1", "c2"), gateWaitingFor("three", v1alpha1.SerializeChain, "c2")
	for _, step := range []struct {
		what               string
		do                 func()
		here, there, other map[string]int
	}{
		{"the first gate", func() { all.Follow(one) },
			set(cassandrasHere, secretHere+"c1"), set(gatesThere, cassandrasThere), set()},
		{"the same again", func() { all.Follow(one) },
			set(cassandrasHere, secretHere+"c1"), set(gatesThere, cassandrasThere), set()},
		{"one that looks at another cluster too", func() { all.Follow(two) },
			set(cassandrasHere, secretHere+"c1", secretHere+"c2"), set(gatesThere, cassandrasThere), set(gatesThere, cassandrasThere)},
		{"a chain that looks there", func() { all.Follow(three) },
			set(cassandrasHere, secretHere+"c1", secretHere+"c2"), set(gatesThere, cassandrasThere), set(gatesThere, cassandrasThere)},
		{"of which the chain alone is left", func() { all.Forget(nameOfGate(two)) },
			set(cassandrasHere, secretHere+"c1", secretHere+"c2"), set(gatesThere, cassandrasThere), set(cassandrasThere)},
		{"which now looks at the first", func() { all.Follow(gateWaitingFor("three", v1alpha1.SerializeChain, "c1")) },
			set(cassandrasHere, secretHere+"c1"), set(gatesThere, cassandrasThere), set()},
		{"and is gone", func() { all.Forget(nameOfGate(three)) },
			set(cassandrasHere, secretHere+"c1"), set(gatesThere, cassandrasThere), set()},
		{"a gate that nobody knows", func() { all.Forget(nameOfGate(two)) },
			set(cassandrasHere, secretHere+"c1"), set(gatesThere, cassandrasThere), set()},
		{"the last one is gone", func() { all.Forget(nameOfGate(one)) }, set(), set(), set()},
	} {
		step.do()
		eventually(t, func() bool {
			return maps.Equal(step.here, here.watches()) && maps.Equal(step.there, there.watches()) && maps.Equal(step.other, other.watches())
		})
	}
	if len(all.gates)+len(all.index)+len(all.remotes)+len(all.here.cassandras) > 0 {
		t.Errorf("something is left: %v, %v, %v, %v", all.gates, all.index, all.remotes, all.here.cassandras)
	}
	for _, s := range []*apiServer{here, there, other} {
		s.CloseClientConnections() // of which each has goroutines of its own
	}
	eventually(t, func() bool { return runtime.NumGoroutine() <= idle })
}

func set(what ...string) map[string]int {
	watches := map[string]int{}
	for _, w := range what {
		watches[w] = 1
	}
	return watches
}

// TestOneWatchHere: with rights everywhere the CassandraClusters here are watched at once.
func TestOneWatchHere(t *testing.T) {
	here := newAPIServer(t, nil)
	all, err := New(t.Context(), configOf(here.Server), true, clock.RealClock{}, func(types.NamespacedName) {})
	if err != nil {
		t.Fatal(err)
	}
	one, two := gateWaitingFor("one", ""), gateWaitingFor("two", "")
	two.Namespace = "another"
	all.Follow(one)
	all.Follow(two)
	eventually(t, func() bool { return maps.Equal(set(everywhereHere), here.watches()) })
}

// TestChangesAreTold to the gates that look at what changed, and to no other.
func TestChangesAreTold(t *testing.T) {
	var mu sync.Mutex
	told := map[string]bool{}
	here := newAPIServer(t, nil)
	all, err := New(t.Context(), configOf(here.Server), false, clock.RealClock{}, func(gate types.NamespacedName) {
		mu.Lock()
		defer mu.Unlock()
		told[gate.Name] = true
	})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{"one": true, "two": true, "three": true}
	for name, cluster := range map[string]string{"one": "c1", "two": "c1", "three": "c2"} {
		all.Follow(gateWaitingFor(name, "", cluster))
	}
	heard := func() map[string]bool {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(told)
	}
	eventually(t, func() bool { return maps.Equal(names, heard()) }) // that there are no Secrets
	for _, test := range []struct {
		what   string
		at     watching
		object types.NamespacedName
		want   map[string]bool
	}{
		{"an object", watching{named("c1"), place{gatesResource, "there"}}, types.NamespacedName{Namespace: "there", Name: "one"}, map[string]bool{"one": true}},
		{"a place", watching{named("c1"), place{gatesResource, "there"}}, types.NamespacedName{}, map[string]bool{"one": true, "two": true}},
		{"the same place elsewhere", watching{named("c2"), place{gatesResource, "there"}}, types.NamespacedName{}, map[string]bool{"three": true}},
		{"a place that nobody looks at", watching{named("c3"), place{gatesResource, "there"}}, types.NamespacedName{}, map[string]bool{}},
		{"the object here", watching{place: place{cassandrasResource(v1alpha1.CassandraV2), "ns"}}, named("two"), map[string]bool{"two": true}},
	} {
		mu.Lock()
		clear(told)
		mu.Unlock()
		all.tell(test.at, test.object)
		if diff := cmp.Diff(test.want, heard()); diff != "" {
			t.Errorf("%s: unexpected gates were told (-want +got):\n%s", test.what, diff)
		}
	}
}
