package operate

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// Context is one of a kubeconfig.
type Context struct {
	// Name is its name.
	Name string
	// User is the name of its user in the kubeconfig.
	User string
	// Namespace is where the ring lives there; empty: look in all.
	Namespace string
	// Config leads to its API server.
	Config *rest.Config
}

// Scope says what to look at.
type Scope struct {
	// Contexts lead to the clusters of the ring, in the order of the rollout.
	Contexts []Context
	// BySecrets says that there is one context, and that the Gates there lead to the other clusters by their Secrets.
	BySecrets bool
	// Ring is the name of the ring; empty: all that there are.
	Ring string
	// Timeout is how long a cluster may take to answer.
	Timeout time.Duration
}

// View is what is seen of rings across their clusters. It is for use by one goroutine.
type View struct {
	ctx   context.Context
	scope Scope
	// changed has room for one: that something has changed is said once.
	changed chan struct{}
	// contexts are in the order of the scope
	contexts []*site
	secrets  map[secretSite]*site
	soaks    map[soaked]gate.Soak
}

// secretSite is a cluster as one Gate's namespace knows it.
type secretSite struct {
	secret  types.NamespacedName
	cluster string
}

// soaked is one CassandraCluster of one site.
type soaked struct {
	site *site
	name types.NamespacedName
}

// Look begins to look, until the context ends.
func Look(ctx context.Context, scope Scope) *View {
	v := &View{ctx: ctx, scope: scope, changed: make(chan struct{}, 1), secrets: map[secretSite]*site{}, soaks: map[soaked]gate.Soak{}}
	for _, c := range scope.Contexts {
		v.contexts = append(v.contexts, v.atContext(c))
	}
	return v
}

// Changed tells that [View.Rings] may say something new.
func (v *View) Changed() <-chan struct{} { return v.changed }

func (v *View) tell() {
	select {
	case v.changed <- struct{}{}:
	default: // it is said already
	}
}

// Settled waits until every cluster has answered, or has failed to in the time that the scope gives it; or until the context ends.
func (v *View) Settled() {
	for {
		if _, settled := v.Rings(); settled {
			return
		}
		select {
		case <-v.changed:
		case <-v.ctx.Done():
			return
		}
	}
}
