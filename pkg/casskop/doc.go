// Package casskop holds what this project knows of CassKop's objects: CassandraCluster, in db.orange.com/v1alpha1 and v2,
// and MultiCasskop.
//
// It promises one set of Go types that reads and writes both API versions the way CassKop itself does, field for field, and
// the rules by which CassKop derives datacenters, pods, storage and seeds from a spec. The types are our own because
// Orange's package does not compile with today's Kubernetes libraries. The package is a leaf: it imports nothing else of
// this project's commands, reads no file, clock, environment or network, keeps no state, and never changes the object that
// it is asked about. It refuses to default: a field that is absent stays absent, and its documentation says what CassKop
// will make of that.
package casskop
