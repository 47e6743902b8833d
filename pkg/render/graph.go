package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// GraphFormat is a language that Graph can draw in.
type GraphFormat string

// The formats of Graph.
const (
	GraphMermaid GraphFormat = "mermaid" // a flowchart, which GitHub draws by itself
	GraphDOT     GraphFormat = "dot"     // for Graphviz
	GraphSVG     GraphFormat = "svg"     // a finished picture
)

// GraphFormats lists every format, the default first.
func GraphFormats() []GraphFormat { return []GraphFormat{GraphMermaid, GraphDOT, GraphSVG} }

// Graph draws the rings with settled seeds, as Make leaves them: the clusters in the order of the rollout, their datacenters and racks,
// which nodes are seeds, which cluster waits for which, and the Secrets that this needs. Revisions are left out: a picture that
// is kept in git changes only when the topology does.
func Graph(w io.Writer, rings []*Ring, opts Options, format GraphFormat) error {
	if opts.Config == nil {
		opts.Config = DefaultConfig()
	}
	drawn := make([]graphRing, len(rings))
	for i, ring := range rings {
		drawn[i] = ring.graph(&opts)
	}
	out, err := drawGraph(drawn, format)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

func drawGraph(rings []graphRing, format GraphFormat) ([]byte, error) {
	switch format {
	case GraphMermaid:
		return drawMermaid(rings), nil
	case GraphDOT:
		return drawDOT(rings), nil
	case GraphSVG:
		return drawSVG(rings), nil
	}
	return nil, fmt.Errorf("graph format %q: expected one of %q", format, GraphFormats())
}

// graphRing is what there is to draw of a ring. The drawing functions take it as it is: nothing in it is trusted to be a valid name.
type graphRing struct {
	name      string
	serialize v1alpha1.Serialize
	clusters  []graphCluster // in the order of the rollout
}

type graphCluster struct {
	name, namespace string
	datacenters     []graphDatacenter
	waits           []graphWait
}

// graphWait is one cluster that another waits for.
type graphWait struct {
	cluster, secret string
	before          bool // earlier in the order: must carry the revision already
}

type graphDatacenter struct {
	name  string
	racks []graphRack
}

type graphRack struct {
	name  string
	pods  []string // by index
	seeds []int    // indexes of the pods that are seeds, ascending
}

func (ring *Ring) graph(opts *Options) graphRing {
	g := graphRing{name: ring.Name, serialize: opts.Config.Gate.Serialize}
	for i, c := range ring.Clusters {
		g.clusters = append(g.clusters, graphCluster{name: c.Name, namespace: c.Namespace, datacenters: c.graph(), waits: ring.graphWaits(i, opts)})
	}
	return g
}

// graphWaits says what waitFor says to the templates, in names that are not quoted for YAML.
func (ring *Ring) graphWaits(i int, opts *Options) (waits []graphWait) {
	chain := opts.Config.Gate.Serialize == v1alpha1.SerializeChain
	for j, other := range ring.Clusters {
		if j != i && (!chain || j == i-1) {
			waits = append(waits, graphWait{cluster: other.Name, secret: opts.secretOf(other.Name), before: j < i})
		}
	}
	return waits
}

func (c *Cluster) graph() (datacenters []graphDatacenter) {
	seeds := map[string]bool{}
	for _, seed := range c.Seeds() {
		pod, _, _ := strings.Cut(seed, ".")
		seeds[pod] = true
	}
	for _, dc := range c.Typed.Datacenters() {
		drawn := graphDatacenter{name: dc.Name}
		for _, name := range dc.Racks {
			rack := graphRack{name: name}
			for i := range dc.NodesPerRack {
				pod := casskop.PodName(c.Typed.Name, dc.Name, name, i)
				if rack.pods = append(rack.pods, pod); seeds[pod] {
					rack.seeds = append(rack.seeds, int(i))
				}
			}
			drawn.racks = append(drawn.racks, rack)
		}
		datacenters = append(datacenters, drawn)
	}
	return datacenters
}

// secrets lists the Secrets that the cluster needs, each once.
func (c graphCluster) secrets() (names []string) {
	for _, w := range c.waits {
		if !slices.Contains(names, w.secret) {
			names = append(names, w.secret)
		}
	}
	return names
}

func (w graphWait) condition() string {
	if w.before {
		return "ready + revision"
	}
	return "ready"
}
