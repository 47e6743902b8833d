package render

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// FuzzSeeds takes topologies of up to 4 clusters, and a list that is rendered already for the first: a datacenter has three
// seeds at most, each of them names a pod, and the list stays while all its entries do.
func FuzzSeeds(f *testing.F) {
	f.Add(uint8(1), uint8(1), uint8(1), uint8(1), "")
	f.Add(uint8(2), uint8(1), uint8(3), uint8(2), "demo-dc00-r0-0.z")
	f.Add(uint8(3), uint8(2), uint8(2), uint8(1), "demo-dc00-r0-0.z,demo-dc10-r1-0.z")
	f.Add(uint8(2), uint8(2), uint8(1), uint8(5), "demo-dc00-r0-4.z,demo-dc00-r0-5.z")
	f.Add(uint8(2), uint8(2), uint8(4), uint8(0), "demo-dc00-r0-0.z")
	f.Add(uint8(4), uint8(3), uint8(3), uint8(3), "gone.z,demo-dc00-r0-0.z")
	f.Add(uint8(2), uint8(1), uint8(3), uint8(2), ",")
	f.Fuzz(func(t *testing.T, clusters, dcs, racks, nodes uint8, kept string) {
		clusters, dcs, racks, nodes = 1+clusters%4, 1+dcs%4, 1+racks%5, nodes%7
		pods, want := map[string]bool{}, []string{}
		var text strings.Builder
		text.WriteString("apiVersion: db.orange.com/v2\nkind: MultiCasskop\nmetadata: {namespace: ns}\nspec:\n  deleteCassandraCluster: false\n  base: {metadata: {name: demo}, " +
			"spec: {service: {annotations: {external-dns.alpha.kubernetes.io/hostname: z}}}}\n  override:\n")
		for c := range clusters {
			fmt.Fprintf(&text, "    c%d:\n      spec:\n        topology:\n          dc:\n", c)
			for d := range dcs {
				fmt.Fprintf(&text, "          - name: dc%d%d\n            nodesPerRacks: %d\n            rack:\n", c, d, nodes)
				left := 3
				for r := range racks {
					fmt.Fprintf(&text, "            - name: r%d\n", r)
					for n := range nodes {
						name := fmt.Sprintf("demo-dc%d%d-r%d-%d.z", c, d, r, n)
						pods[name] = true
						if int(n) < max(1, 4-int(racks)) && left > 0 { // 3 of one rack, 2 and 1 of two, 1 each of three
							want, left = append(want, name), left-1
						}
					}
				}
			}
		}
		tree := fstest.MapFS{"base/demo/cassandracluster.yaml": {Data: []byte(Marker + "\nkind: CassandraCluster\n")}, "clusters/c0/demo/override.yaml": {Data: fmt.Appendf(nil, "%s\nmetadata:\n  name: demo\n  annotations:\n    casskop-gitops.dev/seedlist: %s\n",
			Marker, scalar(kept))}}
		opts := Options{Allow: Rules()}
		plan, problems := Make([]Source{{Name: "input.yaml", Data: []byte(text.String())}}, opts, tree, nil)
		if plan == nil {
			t.Fatal(problems)
		}
		list := strings.Split(kept, ",")
		stays := !slices.ContainsFunc(list, func(s string) bool { return !pods[s] })
		for i, c := range plan.Rings[0].Clusters {
			expected := want
			if i == 0 && stays {
				expected = list
			}
			if diff := cmp.Diff(strings.Join(expected, "\n"), strings.Join(c.Seeds(), "\n")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.Name, diff)
			}
		}
		opts.RefreshSeeds = true
		plan, _ = Make([]Source{{Name: "input.yaml", Data: []byte(text.String())}}, opts, tree, nil) // said already
		if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(plan.Rings[0].Clusters[0].Seeds(), "\n")); diff != "" {
			t.Errorf("computed anew (-want +got):\n%s", diff)
		}
	})
}
