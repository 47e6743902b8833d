// Package operate is what a human does with Gates from a workstation: look at a ring across its clusters, open a Gate by hand, hold it.
//
// [View] finds the clusters and keeps what it sees of them up to date by watches; package status makes rows of that. [Gates] writes: to one
// Gate, for one revision, saying who and why. It uses the rights of the human and no other, and changes nothing when it refuses.
package operate
