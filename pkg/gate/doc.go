// Package gate holds what decides whether a CassandraCluster may take a new revision of its ring.
//
// [Decide] is the decision: facts in, verdict out. It promises to be pure, total and deterministic: the same facts give the same
// verdict, any facts give one, and it reads no clock, environment or network. It opens in four ways only (see [Verdict]) and
// holds in every other case, each with a reason of its own; what is unknown, unreadable or out of date is held. It refuses to
// guess: a fact that was not gathered is a fact that is not met.
package gate
