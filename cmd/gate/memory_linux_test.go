package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// codeInMemory is how much code the program has, and how much of it is resident, in kB.
func codeInMemory(t *testing.T) (size, resident int) {
	t.Helper()
	mappings, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(mappings), " r-xp ")
	for line := range strings.Lines(code) {
		for field, into := range map[string]*int{"Size: %d kB": &size, "Rss: %d kB": &resident} {
			_, _ = fmt.Sscanf(line, field, into) // other lines have other words
		}
		if resident > 0 {
			return size, resident
		}
	}
	t.Fatal("/proc/self/smaps has no code")
	return 0, 0
}

func TestTheStartIsForgotten(t *testing.T) {
	if err := forgetStart(); err != nil {
		t.Fatal(err)
	}
	if size, resident := codeInMemory(t); resident > size/4 {
		t.Errorf("%d kB of %d kB of code are in memory, want a quarter at most", resident, size)
	}
}
