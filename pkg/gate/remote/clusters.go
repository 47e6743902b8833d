package remote

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// Clusters are all clusters that some gate looks at: the one here, and one for each Secret. It is safe for concurrent use.
type Clusters struct {
	ctx     context.Context
	clock   clock.WithTickerAndDelayedExecution
	changed func(gate types.NamespacedName)
	here    *cluster
	// everywhere says that the CassandraClusters here are watched with one watch for all namespaces
	everywhere bool

	mu      sync.Mutex
	remotes map[types.NamespacedName]*remoteCluster // by Secret
	gates   map[types.NamespacedName][]interest     // what each gate looks at
	index   map[watching]map[types.NamespacedName]map[types.NamespacedName]bool
}

// watching is one place in one cluster, by the Secret that leads there; an empty one is the cluster here.
type watching struct {
	secret types.NamespacedName
	place
}

// interest of a gate in one object.
type interest struct {
	watching
	object types.NamespacedName
}

// New sees clusters until the context ends. Here is the cluster that the gates live in; everywhere says that its CassandraClusters
// may be watched in all namespaces at once. Changed is called, from any goroutine, when something changed that a gate looks at.
func New(ctx context.Context, here *rest.Config, everywhere bool, c clock.WithTickerAndDelayedExecution, changed func(gate types.NamespacedName)) (*Clusters, error) {
	here = rest.CopyConfig(here)
	here.Wrap(func(t http.RoundTripper) http.RoundTripper { return frank{t, serverHere} })
	client, err := dynamic.NewForConfig(here)
	if err != nil {
		return nil, err
	}
	all := &Clusters{
		ctx: ctx, clock: c, changed: changed, everywhere: everywhere,
		remotes: map[types.NamespacedName]*remoteCluster{},
		gates:   map[types.NamespacedName][]interest{},
		index:   map[watching]map[types.NamespacedName]map[types.NamespacedName]bool{},
	}
	all.here = all.newCluster(types.NamespacedName{})
	all.here.connect(ctx, &connection{client, serverHere, func() {}}, noExpiry, Failure{})
	return all, nil
}

// serverHere is what messages call it.
const serverHere = "the API server here"

func (c *Clusters) newCluster(secret types.NamespacedName) *cluster {
	return newCluster(c.clock, func(at place, object types.NamespacedName) { c.tell(watching{secret, at}, object) })
}

// Follow makes a gate look at what its spec names, and at nothing else. It returns at once; what is seen comes later.
func (c *Clusters) Follow(gate *v1alpha1.Gate) {
	c.follow(nameOfGate(gate), c.interests(gate))
}

// Forget makes a gate look at nothing.
func (c *Clusters) Forget(gate types.NamespacedName) {
	c.follow(gate, nil)
}

func (c *Clusters) follow(gate types.NamespacedName, wanted []interest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Equal(c.gates[gate], wanted) {
		return
	}
	former := c.gates[gate]
	c.gates[gate] = wanted
	for _, i := range wanted {
		c.begin(gate, i)
	}
	for _, i := range former {
		if !slices.Contains(wanted, i) {
			c.cease(gate, i)
		}
	}
	if wanted == nil {
		delete(c.gates, gate)
	}
}

func (c *Clusters) begin(gate types.NamespacedName, i interest) {
	objects := c.index[i.watching]
	if objects == nil {
		objects = map[types.NamespacedName]map[types.NamespacedName]bool{}
		c.index[i.watching] = objects
		at := c.open(i.secret)
		if i.GroupVersionResource == gatesResource {
			at.followWishes(i.place)
		} else {
			at.followCassandras(i.place)
		}
	}
	if objects[i.object] == nil {
		objects[i.object] = map[types.NamespacedName]bool{}
	}
	objects[i.object][gate] = true
}

func (c *Clusters) cease(gate types.NamespacedName, i interest) {
	objects := c.index[i.watching]
	delete(objects[i.object], gate)
	if len(objects[i.object]) == 0 {
		delete(objects, i.object)
	}
	if len(objects) > 0 {
		return
	}
	delete(c.index, i.watching)
	c.at(i.secret).unfollow(i.place)
	for left := range c.index {
		if left.secret == i.secret {
			return
		}
	}
	c.shut(i.secret)
}

// open returns the cluster that a Secret leads to, and begins with it if need be.
func (c *Clusters) open(name types.NamespacedName) *cluster {
	if found := c.at(name); found != nil {
		return found
	}
	r := &remoteCluster{cluster: c.newCluster(name), name: name}
	r.ctx, r.end = context.WithCancel(c.ctx)
	c.remotes[name] = r
	r.open(c.here)
	return r.cluster
}

func (c *Clusters) shut(name types.NamespacedName) {
	if r := c.remotes[name]; r != nil {
		r.end()
		delete(c.remotes, name)
	}
}

// at is the cluster that a Secret leads to; nil if nobody looks at it.
func (c *Clusters) at(secret types.NamespacedName) *cluster {
	if secret == (types.NamespacedName{}) {
		return c.here
	}
	if r := c.remotes[secret]; r != nil {
		return r.cluster
	}
	return nil
}

// tell tells the gates that look at an object, or without a name at any in that place, that something changed.
func (c *Clusters) tell(what watching, object types.NamespacedName) {
	told := map[types.NamespacedName]bool{}
	c.mu.Lock()
	if object != (types.NamespacedName{}) {
		maps.Copy(told, c.index[what][object])
	} else {
		for _, gates := range c.index[what] {
			maps.Copy(told, gates)
		}
	}
	c.mu.Unlock()
	for gate := range told {
		c.changed(gate)
	}
}

var gatesResource = v1alpha1.GroupVersion.WithResource("gates")

func cassandrasResource(apiVersion string) schema.GroupVersionResource {
	group, err := schema.ParseGroupVersion(apiVersion)
	if err != nil { // the CRD allows two values; another one is served nowhere, which is what its watch will say
		group = schema.GroupVersion{Group: apiVersion}
	}
	return group.WithResource("cassandraclusters")
}
