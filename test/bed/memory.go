package bed

import (
	"fmt"
	"os"
	"strings"
)

// RSS is its resident memory in bytes: VmRSS in /proc/PID/status.
func (g *GateProcess) RSS() (int64, error) { return g.memory("VmRSS") }

// PeakRSS is the most resident memory that it ever had, in bytes: VmHWM in /proc/PID/status.
func (g *GateProcess) PeakRSS() (int64, error) { return g.memory("VmHWM") }

func (g *GateProcess) memory(field string) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.PID()))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(line, field+": %d kB", &kilobytes); n == 1 { // other lines have other words
			return kilobytes << 10, nil
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no %s: the process has ended", g.PID(), field)
}
