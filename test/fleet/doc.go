// Package fleet is the whole system on one machine, as its users have it: some clusters of the test bed, in each the real Flux, the real gate
// controller, applied by Flux, and for each ring the real CassKop; and a git repository in front of them, into which the real `render` writes.
//
// As in test/bed, what is called by a test takes the test, fails it, and tidies up behind it.
package fleet
