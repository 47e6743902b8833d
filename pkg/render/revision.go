package render

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// revisionLength in hex digits: 64 bits, short enough for a table, and far from two revisions of a ring meeting by chance.
const revisionLength = 16

// settleRevision hashes the objects of all clusters, in order, and writes the result on each of them.
func settleRevision(ring *Ring) {
	hash := sha256.New()
	for _, c := range ring.Clusters {
		// the object as it was decoded, and what has come to it since: together they are all that will be written
		fmt.Fprintf(hash, "%s\n%d\n%s\n%q\n%t\n", c.Name, len(c.encoded), c.encoded, c.Seeds(), ring.keepsData) // a hash takes every write
	}
	ring.Revision = hex.EncodeToString(hash.Sum(nil))[:revisionLength]
	for _, c := range ring.Clusters {
		c.annotate(v1alpha1.AnnotationRevision, ring.Revision)
	}
}
