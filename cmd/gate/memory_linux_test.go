package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// codeInMemory is how much of the program file is resident, in kB.
func codeInMemory(t *testing.T) (kilobytes int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if n, _ := fmt.Sscanf(line, "RssFile: %d kB", &kilobytes); n == 1 { // other lines have other words
			return kilobytes
		}
	}
	t.Fatal("/proc/self/status has no RssFile")
	return 0
}

func TestTheStartIsForgotten(t *testing.T) {
	before := codeInMemory(t)
	if err := forgetStart(); err != nil {
		t.Fatal(err)
	}
	if after := codeInMemory(t); after > before*9/10 {
		t.Errorf("%d kB of the program are in memory, want a tenth less than the %d kB before", after, before)
	}
}
