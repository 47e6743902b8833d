// Package render turns MultiCasskops into the tree that git holds: for each Kubernetes cluster a kustomize overlay, a Gate with
// what it needs, and the objects of the sync engine.
//
// Make computes a Plan from sources, options and the tree as it is; it reads no clock, environment or network, and writes
// nothing. Tree carries a plan out, all of it or none of it. Problems are collected and returned together, each with its line;
// with an error among them there is nothing to write. The package never touches a file that it did not render, and follows no
// link out of the tree.
package render
