// Package fluxbed adds Flux to a cluster of the test bed: the real kustomize-controller 1.9.5, bootstrapped on a folder of a tree as
// `flux bootstrap` does it. In the place of source-controller, which builds from nothing that can be had, a small server gives
// out trees, and a push writes the status of the GitRepository.
//
// As in test/bed, what is called by a test takes the test, fails it, and tidies up behind it.
package fluxbed
