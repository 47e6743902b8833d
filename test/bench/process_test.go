package bench

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// run is one run of a program: wall time and the most memory that it had.
type run struct {
	wall time.Duration
	rss  float64 // MB
}

// renders runs render as it is now.
func renders(b *testing.B, args ...string) run {
	b.Helper()
	binary, err := bed.Program("render")
	if err != nil {
		b.Fatal(err)
	}
	return process(b, binary, args...)
}

func process(b *testing.B, binary string, args ...string) run {
	b.Helper()
	cmd := exec.Command(binary, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended, most := make(chan struct{}), make(chan float64)
	go func() { most <- watchPeak(cmd.Process.Pid, ended) }()
	err := cmd.Wait()
	wall := time.Since(start)
	close(ended)
	if err != nil {
		b.Fatalf("%s %v: %v\n%s", filepath.Base(binary), args, err, out.String())
	}
	return run{wall, <-most}
}

// watchPeak is the most memory that a process had until it ended, in MB. Its resource usage would tell of this process too, from which it
// was forked.
func watchPeak(pid int, ended <-chan struct{}) (most float64) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return most
		case <-tick.C:
			most = max(most, peak(pid))
		}
	}
}

// peak is 0 for a process that has ended.
func peak(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kilobytes); n == 1 { // other lines have other words
			return kilobytes / 1024
		}
	}
	return 0
}
