// Package adopt brings a ring of Multi-CassKop under git: it makes multi-casskop.yaml and the options of render of a live MultiCasskop, and tells what
// the first sync would change in a CassandraCluster that is live already.
//
// It is pure: objects in, differences and documents out. [Compare] says what a server-side apply by Flux does, by field ownership and with the
// library that the API server uses. It needs no rights to write; test/migration holds it against real dry-runs.
package adopt
