package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

var update = flag.Bool("update", false, "write the golden files")

// graphCase reads testdata/graph/<name>: input.yaml, and render.yaml if there is one.
func graphCase(t *testing.T, name string) ([]*Ring, Options) {
	t.Helper()
	dir := filepath.Join("testdata", "graph", name)
	opts := Options{Config: DefaultConfig()}
	if config, err := os.ReadFile(filepath.Join(dir, "render.yaml")); !errors.Is(err, fs.ErrNotExist) {
		parsed, problems := ParseConfig(Source{Name: "render.yaml", Data: config})
		if err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
		opts.Config = parsed
	}
	input, err := os.ReadFile(filepath.Join(dir, "input.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	plan, problems := Make([]Source{{Name: "input.yaml", Data: input}}, opts, fstest.MapFS{}, nil)
	if len(problems.Errors()) > 0 {
		t.Fatal(problems)
	}
	return plan.Rings, opts
}

func drawCase(t *testing.T, name string, format GraphFormat) string {
	t.Helper()
	rings, opts := graphCase(t, name)
	var out strings.Builder
	if err := Graph(&out, rings, opts, format); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGraphGolden(t *testing.T) {
	for _, name := range []string{"ring", "chain", "rings"} {
		for _, format := range GraphFormats() {
			t.Run(name+"/"+string(format), func(t *testing.T) {
				got := drawCase(t, name, format)
				golden := filepath.Join("testdata", "graph", name, "want", "rollout."+string(format))
				if *update {
					if err := errors.Join(os.MkdirAll(filepath.Dir(golden), 0o755), os.WriteFile(golden, []byte(got), 0o644)); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", golden, diff)
				}
				if again := drawCase(t, name, format); again != got {
					t.Error("a second drawing differs from the first")
				}
			})
		}
	}
}

func TestGraphNamesEverything(t *testing.T) {
	for _, format := range GraphFormats() {
		t.Run(string(format), func(t *testing.T) {
			got := drawCase(t, "chain", format)
			for _, want := range []string{"orders", "databases", "paris", "lyon", "lille", "dc1", "dc2", "analytics", "dc3", "rack1", "rack2", "rack3",
				"gate-paris", "Chain"} {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in the drawing:\n%s", want, got)
				}
			}
			if strings.Contains(got, "gate-lyon") {
				t.Error("a Secret that nobody has")
			}
		})
	}
}

var seedMarks = map[GraphFormat]*regexp.Regexp{
	GraphMermaid: regexp.MustCompile(`rack (\w+)<br/>\d+ nodes?<br/>seeds?: pods? ([\d, ]+)"\]:::seed`),
	GraphDOT:     regexp.MustCompile(`rack (\w+)\\n\d+ nodes?\\nseeds?: pods? ([\d, ]+)\\n", penwidth`),
	GraphSVG:     regexp.MustCompile(`<title>orders-(\S+) \(seed\)</title>`),
}

func TestGraphMarksExactlyTheSeeds(t *testing.T) {
	want := map[GraphFormat][]string{
		GraphMermaid: {"rack1 0", "rack2 0", "rack3 0", "a 0", "a 0, 1", "b 0", "a 0, 1, 2"}, // the last datacenter on top
		GraphDOT:     {"rack3 0", "rack2 0", "rack1 0", "a 0", "b 0", "a 0, 1", "a 0, 1, 2"}, // from the bottom
		GraphSVG: {"dc1-rack1-0", "dc1-rack2-0", "dc1-rack3-0", "dc2-a-0", "dc2-a-1", "dc2-b-0", "analytics-a-0",
			"dc3-a-0", "dc3-a-1", "dc3-a-2"},
	}
	for _, format := range GraphFormats() {
		var got []string
		for _, m := range seedMarks[format].FindAllStringSubmatch(drawCase(t, "chain", format), -1) {
			got = append(got, strings.Join(m[1:], " "))
		}
		if diff := cmp.Diff(want[format], got); diff != "" {
			t.Errorf("seeds in %s (-want +got):\n%s", format, diff)
		}
	}
}

func TestGraphWaits(t *testing.T) {
	for _, serialize := range []v1alpha1.Serialize{v1alpha1.SerializeRing, v1alpha1.SerializeChain} {
		rings, opts := graphCase(t, "ring")
		opts.Config.Gate.Serialize = serialize
		for i := range rings[0].Clusters {
			var want []graphWait
			for _, w := range rings[0].waitFor(i, &opts) {
				want = append(want, graphWait{cluster: w.Cluster, secret: w.Secret, before: w.Before})
			}
			got := rings[0].graph(&opts).clusters[i].waits
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(graphWait{})); diff != "" {
				t.Errorf("%s: what cluster %d waits for by its gate and in the drawing (-want +got):\n%s", serialize, i+1, diff)
			}
		}
	}
}

func TestGraphRingAndChainDiffer(t *testing.T) {
	for _, format := range GraphFormats() {
		rings, opts := graphCase(t, "ring")
		var ring, chain strings.Builder
		if err := Graph(&ring, rings, opts, format); err != nil {
			t.Fatal(err)
		}
		opts.Config.Gate.Serialize = v1alpha1.SerializeChain
		if err := Graph(&chain, rings, opts, format); err != nil {
			t.Fatal(err)
		}
		if ring.String() == chain.String() {
			t.Errorf("%s: the same drawing for Ring and Chain", format)
		}
	}
}

func TestGraphUnknownFormat(t *testing.T) {
	err := Graph(io.Discard, nil, Options{}, "png")
	if want := `graph format "png": expected one of ["mermaid" "dot" "svg"]`; err == nil || err.Error() != want {
		t.Errorf("want %s, got %v", want, err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestGraphReportsAFailedWrite(t *testing.T) {
	for _, format := range GraphFormats() {
		if err := Graph(brokenPipe{}, nil, Options{}, format); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: want %v, got %v", format, io.ErrClosedPipe, err)
		}
	}
}

// hostileNames could end a string, a tag, a comment or a line in one of the formats.
var hostileNames = []string{
	"", `"]`, `"; digraph x {`, `\`, `\"`, `\N`, `a\`, "</text><script>alert(1)</script>", "]]>", "&amp;&bogus;", `x" onload="alert(1)`, "a\nb\r\nc", "\x00\x1b\xff",
	"%%{init: {}}%%", "-- >", "end", "`code`", "1. one", "#quot;", "ring:::seed", "日本語", "🐘", strings.Repeat("x", 500), strings.Repeat("w.", 200) + "-end",
}

func hostileRing(name string, clusters, nodes int) graphRing {
	ring := graphRing{name: name, serialize: v1alpha1.Serialize(name)}
	for range clusters {
		rack := graphRack{name: name, pods: slices.Repeat([]string{name}, nodes)}
		for i := 0; i < nodes; i += 2 {
			rack.seeds = append(rack.seeds, i)
		}
		ring.clusters = append(ring.clusters, graphCluster{name: name, namespace: name, waits: []graphWait{{cluster: name, secret: name}},
			datacenters: []graphDatacenter{{name: name, racks: []graphRack{rack}}, {name: name}}})
	}
	return ring
}

func checkXML(t *testing.T, doc []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(doc))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, doc)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "script" {
			t.Fatalf("a name became a script:\n%s", doc)
		}
	}
}

func TestGraphWithstandsHostileNames(t *testing.T) {
	quoted := regexp.MustCompile(`^[^"]*("[^"]*"[^"]*)*$`)
	mermaidLine := regexp.MustCompile(`^ *(subgraph \w+\["[^"]*"\]|direction LR|\w+\["[^"]*"\](:::\w+)?|end|\w+ -->\|then\| \w+|classDef .*)$`)
	for _, name := range hostileNames {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) {
			rings := []graphRing{hostileRing(name, 2, 3), hostileRing(name, 1, 0)}
			checkXML(t, drawSVG(rings))
			lines := strings.Split(strings.TrimSpace(string(drawMermaid(rings))), "\n")
			for _, line := range lines[2:] {
				if !mermaidLine.MatchString(line) {
					t.Errorf("no line of Mermaid: %s", line)
				}
			}
			for line := range strings.Lines(string(drawDOT(rings))) {
				if unescaped := strings.NewReplacer(`\\`, "", `\"`, "").Replace(line); !quoted.MatchString(unescaped) {
					t.Errorf("quotes do not match in DOT: %s", line)
				}
			}
		})
	}
}

func TestSVGHoldsAnyNumberOfClustersAndNodes(t *testing.T) {
	for clusters := range 13 {
		for _, nodes := range []int{0, 1, 2, 9, 10, 50, 1000} {
			checkXML(t, drawSVG([]graphRing{hostileRing("k8s", clusters, nodes)}))
		}
	}
}

func TestSVGCountsTheNodesThatItLeavesOut(t *testing.T) {
	rack := graphRack{name: "r1", pods: make([]string, 500), seeds: []int{0, 7, 499}}
	for i := range rack.pods {
		rack.pods[i] = fmt.Sprintf("pod-%d", i)
	}
	got := string(drawSVG([]graphRing{{clusters: []graphCluster{{datacenters: []graphDatacenter{{name: "dc1", racks: []graphRack{rack}}}}}}}))
	shown := strings.Count(got, "<title>pod-")
	if want := fmt.Sprintf(">+%d<", 500-shown); shown < 10 || !strings.Contains(got, want) {
		t.Errorf("%d nodes are drawn, and there is no %s", shown, want)
	}
	for _, seed := range rack.seeds {
		if !strings.Contains(got, fmt.Sprintf("<title>pod-%d (seed)</title>", seed)) {
			t.Errorf("seed %d is left out", seed)
		}
	}
}

func TestSVGKeepsTheWholeOfAShortenedName(t *testing.T) {
	name := strings.Repeat("long-", 20) + "name"
	got := string(drawSVG([]graphRing{hostileRing(name, 2, 1)}))
	for _, attribute := range []string{"", "Ring ", "namespace "} {
		if want := "<title>" + attribute + name + "</title>"; !strings.Contains(got, want) {
			t.Errorf("there is no %s", want)
		}
	}
}

func TestSVGRowsAreEven(t *testing.T) {
	want := map[int]int{0: 1, 1: 1, 2: 2, 3: 3, 4: 4, 5: 3, 6: 3, 7: 4, 8: 4, 9: 3, 10: 4}
	for clusters, columnsWanted := range want {
		if got := columns(clusters); got != columnsWanted {
			t.Errorf("%d clusters: want %d in a row, got %d", clusters, columnsWanted, got)
		}
	}
}

func TestFitTextKeepsBothEnds(t *testing.T) {
	long := "production-europe-west1-cassandra-01"
	got := fitText(long, 11, 120)
	if !strings.HasPrefix(got, "prod") || !strings.HasSuffix(got, "-01") || textWidth(got, 11) > 120 {
		t.Errorf("got %q, %d wide", got, textWidth(got, 11))
	}
	if got := fitText("dc1", 11, 120); got != "dc1" {
		t.Errorf("a name that fits became %q", got)
	}
}
