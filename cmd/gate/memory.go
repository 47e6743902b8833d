package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// garbagePercent is how much the heap grows until garbage is collected. Go's own default is 100; a gate has processor time to spare.
const garbagePercent = 50

// spareMemory is called before anything is done. A GOGC in the environment counts more.
func spareMemory() {
	runtime.MemProfileRate = 0 // there is no way to ask for the profile
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
}
