// Package schema reads untyped documents by the rules of Go types.
//
// A Type is compiled once from a Go type by its json tags. It can Check a document (types, unknown fields with a
// suggestion, canonical quantities), Merge one document over another, and compute the FixedPoint: what a controller that
// decodes the document into the Go type and encodes it again would write back. The package does no I/O and keeps no
// positions; it names places by Path, and the caller finds them in its files.
package schema
