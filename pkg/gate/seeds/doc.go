// Package seeds asks the seeds of a ring whether they answer from here.
//
// [Checker] promises that nobody waits for it: questions are asked in the background, all hosts of a ring side by side, and what is
// known can be had at once. A host answers if it takes a TCP connection; nothing is sent. It refuses to vouch for the past: an answer
// counts for some seconds.
package seeds
