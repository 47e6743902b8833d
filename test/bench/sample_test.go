// Package bench measures render and gate, and what users would do without them, in one run on one machine: make bench. Its figures are
// those of docs/comparison.md.
package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// sample is the MultiCasskop in the root of the repository.
func sample(b *testing.B) string {
	b.Helper()
	content, err := os.ReadFile(filepath.Join(bed.Root(), "multi-casskop.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	return string(content)
}

// sampleOver is the sample over other clusters: each has the datacenter of the second one, under a name of its own.
func sampleOver(b *testing.B, clusters []string) string {
	b.Helper()
	base, rest, _ := strings.Cut(sample(b), "    k8s-cluster1:")
	_, rest, _ = strings.Cut(rest, "    k8s-cluster2:")
	one, _, found := strings.Cut(rest, "    k8s-cluster3:")
	if !found {
		b.Fatal("multi-casskop.yaml does not have three clusters any more")
	}
	text := &strings.Builder{}
	text.WriteString(base)
	for i, cluster := range clusters {
		fmt.Fprintf(text, "    %s:%s", cluster, strings.ReplaceAll(one, "dc2", fmt.Sprint("dc", i+1)))
	}
	return text.String()
}

func clusterNames(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("k8s-cluster", i+1))
	}
	return names
}

// rings is a MultiCasskop n times, each ring under a name of its own.
func rings(b *testing.B, n int, text string) []byte {
	b.Helper()
	var out bytes.Buffer
	for i := range n {
		fmt.Fprintf(&out, "%s---\n", strings.ReplaceAll(text, sampleRing, fmt.Sprintf("ring%04d", i)))
	}
	return out.Bytes()
}
