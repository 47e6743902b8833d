// Package admission is the rules of base/gate's admission policies in Go, for API servers that do not know those: a CassandraCluster takes
// a revision only while its Gate is open for exactly that one, status.seedlist is what the annotation says, and Flux's labels stay as they
// were when it was made. What the policies refuse is refused here, with the same words; test/policy plays one table of cases against both.
//
// It is pure: it reads no cluster, and what it cannot read it refuses.
package admission
