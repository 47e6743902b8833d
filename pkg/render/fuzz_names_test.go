package render

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const namedRing = `apiVersion: db.orange.com/v2
kind: MultiCasskop
metadata: {name: demo, namespace: %[5]s}
spec:
  deleteCassandraCluster: false
  base: {metadata: {name: %[1]s}, spec: {service: {annotations: {external-dns.alpha.kubernetes.io/hostname: example.com}}}}
  override:
    %[2]s: {spec: {topology: {dc: [{name: %[3]s, rack: [{name: %[4]s}]}]}}}
    other: {spec: {topology: {dc: [{name: otherdc, rack: [{name: rack1}]}]}}}
`

// FuzzNames gives a ring any names: they are refused, or each file of the plan stays in its folder and is YAML.
func FuzzNames(f *testing.F) {
	f.Add("demo", "paris", "dc1", "rack1", "cassandra")
	f.Add("../../etc", "..", "a/b", ".", "/")
	f.Add("a", "x.y.z", "d", "0", "1")
	f.Add("flux", "flux", "flux", "flux", "flux")
	f.Add("gate", "gate", "gate", "gate", "gate-controller")
	f.Add("true", "null", "no", "on", "yes")
	f.Add("0x1", "1e3", "e1", "1e3", "2024-01-01")
	f.Add("a b", "a\\b", "a\x00b", "a\nb", "é")
	f.Add(strings.Repeat("a", 63), strings.Repeat("b", 253), "dc", "r", strings.Repeat("c", 63))
	f.Fuzz(func(t *testing.T, ring, cluster, dc, rack, namespace string) {
		data := fmt.Appendf(nil, namedRing, strconv.QuoteToASCII(ring), strconv.QuoteToASCII(cluster), strconv.QuoteToASCII(dc),
			strconv.QuoteToASCII(rack), strconv.QuoteToASCII(namespace))
		plan, problems := Make([]Source{{Name: "input.yaml", Data: data}}, Options{}, fstest.MapFS{}, nil)
		if plan == nil {
			if len(problems.Errors()) == 0 {
				t.Fatal("refused without a reason")
			}
			return
		}
		seen := map[string]bool{}
		for _, c := range plan.Changes {
			folder := "base/" + ring + "/"
			if c.Cluster != "" {
				folder = "clusters/" + c.Cluster + "/"
			}
			if !fs.ValidPath(c.Path) || !strings.HasPrefix(c.Path, folder) || seen[strings.ToLower(c.Path)] {
				t.Errorf("path %q is not below %s, or taken", c.Path, folder)
			}
			seen[strings.ToLower(c.Path)] = true
			if c.Cluster != "" && c.Cluster != cluster && c.Cluster != "other" {
				t.Errorf("%s: a cluster that nobody named: %q", c.Path, c.Cluster)
			}
			if r := RingOf(c.Path); r != ring && (r != "" || !strings.HasSuffix(c.Path, "/flux/gate-controller.yaml")) {
				t.Errorf("%s: want ring %q, got %q", c.Path, ring, r)
			}
			if docs, problems := parseSource(Source{Name: c.Path, Data: c.Content}); len(docs) == 0 || len(problems) > 0 {
				t.Errorf("%s is not YAML: %v\n%s", c.Path, problems, c.Content)
			}
		}
	})
}
