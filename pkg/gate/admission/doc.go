// Package admission is the two rules of base/gate's admission policies in Go, for API servers that do not know those: a CassandraCluster takes
// a revision only while its Gate is open for exactly that one, and status.seedlist is what the annotation says. What the policies refuse
// is refused here, with the same words; test/policy plays one table of cases against both.
//
// It is pure: it reads no cluster, and what it cannot read it refuses.
package admission
