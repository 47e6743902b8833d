package render

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// revisionLength in hex digits: 64 bits, short enough for a table, and far from two revisions of a ring meeting by chance.
const revisionLength = 16

// settleRevision hashes the objects of all clusters, in order, and writes the result on each of them.
func settleRevision(ring *Ring) error {
	hash := sha256.New()
	for _, c := range ring.Clusters {
		b, err := json.Marshal(c.Object) // sorts the keys
		if err != nil {
			return fmt.Errorf("ring %s, cluster %s: %w", ring.Name, c.Name, err)
		}
		fmt.Fprintf(hash, "%s\n%d\n%s\n", c.Name, len(b), b) // a hash takes every write
	}
	ring.Revision = hex.EncodeToString(hash.Sum(nil))[:revisionLength]
	for _, c := range ring.Clusters {
		c.annotate(v1alpha1.AnnotationRevision, ring.Revision)
	}
	return nil
}
