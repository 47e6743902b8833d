// Package controller keeps the status of Gates: it gathers the facts, has package gate decide, and records the verdict.
//
// A verdict that opens is only recorded if it holds on what was read with quorum, and if the Gate has not changed since; the
// status is written at the end, once, and only when something in it changed. While nothing changes there are no requests. The
// controller writes nothing else but Events.
package controller
