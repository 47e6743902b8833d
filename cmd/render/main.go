// Command render splits a MultiCasskop into one kustomize overlay for each Kubernetes cluster.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
)

// Exit codes.
const (
	exitFound = 1 // the check found something, or there is a difference
	exitUsage = 2 // bad input or bad usage
)

// exitStatus ends the program with a code, after everything has been said.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// A run is short: collecting garbage seldom saves a fifth of its time, and the limit keeps a tree of a thousand rings small.
const (
	gcPercent   = 400
	memoryLimit = 200 << 20 // bytes
)

func main() {
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(memoryLimit)
	err := newRootCommand(os.Stdin, os.Stdout, os.Stderr).Execute()
	var status exitStatus
	switch {
	case err == nil:
	case errors.As(err, &status):
		os.Exit(int(status))
	default:
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(exitUsage)
	}
}
