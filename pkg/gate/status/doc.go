// Package status says how a ring stands, across its clusters.
//
// [RingOf] is pure: the objects of each cluster in, as they were read, and a [Ring] out, which is also what `gate status -o json` prints. It
// promises one row for each cluster, reached or not, and for each thing that is not as it should be a [Problem] with the next step.
// The fields keep their names and meanings as long as the apiVersion stays; new ones may come. It refuses to guess: what was not
// read is not open, and not ready.
package status
