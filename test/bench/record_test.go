package bench

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
)

var recordFile = flag.String("record", "", "write what was measured into this `file`, which tools/comparison reads")

// record is what the benchmarks of this run have measured.
var record = &recorded{Tables: map[string]*grid{}, Samples: map[string][]float64{}}

// recorded is the data of docs/comparison.md: tables by name, and samples of times in seconds by what they are of.
type recorded struct {
	Machine machine              `json:"machine"`
	Tables  map[string]*grid     `json:"tables"`
	Samples map[string][]float64 `json:"samples"`
}

// machine is what the figures depend on.
type machine struct {
	Cores    int     `json:"cores"`
	CPU      string  `json:"cpu"`
	MemoryGB float64 `json:"memoryGB"`
	Platform string  `json:"platform"`
	Go       string  `json:"go"`
}

// grid is a table: of each row the first cell says what it is about.
type grid struct {
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
}

func columns(names ...string) *grid { return &grid{Columns: names} }

// add adds a row. Numbers are kept to three digits: the next run gives others.
func (g *grid) add(about any, cells ...any) {
	row := []any{about}
	for _, c := range cells {
		if f, ok := c.(float64); ok {
			c = rounded(f)
		}
		row = append(row, c)
	}
	g.Rows = append(g.Rows, row)
}

func rounded(f float64) float64 {
	if f == 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(f)))-2)
	if unit >= 1 {
		return math.Round(f/unit) * unit
	}
	inverse := math.Round(1 / unit) // exact, so that the decimals are
	return math.Round(f*inverse) / inverse
}

func (r *recorded) table(name string, g *grid) { r.Tables[name] = g }

func (r *recorded) samples(of string, times durations) {
	r.Samples[of] = nil
	for _, t := range times {
		r.Samples[of] = append(r.Samples[of], rounded(t.Seconds()))
	}
}

// write writes the file, if one is wanted.
func (r *recorded) write() error {
	if *recordFile == "" {
		return nil
	}
	var err error
	if r.Machine, err = thisMachine(); err != nil {
		return err
	}
	content, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(*recordFile, append(content, '\n'), 0o644)
}

func thisMachine() (machine, error) {
	m := machine{Cores: runtime.NumCPU(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), CPU: "unknown"}
	memory, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return m, err
	}
	var kilobytes float64
	if _, err := fmt.Sscanf(string(memory), "MemTotal: %f kB", &kilobytes); err != nil {
		return m, fmt.Errorf("/proc/meminfo: %w", err)
	}
	m.MemoryGB = rounded(kilobytes / 1e6)
	cpus, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return m, err
	}
	for line := range strings.Lines(string(cpus)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	return m, nil
}
