package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
)

// measured is what test/bench wrote, see its type recorded.
type measured struct {
	Machine struct {
		Cores    int     `json:"cores"`
		CPU      string  `json:"cpu"`
		MemoryGB float64 `json:"memoryGB"`
		Platform string  `json:"platform"`
		Go       string  `json:"go"`
	} `json:"machine"`
	Tables  map[string]*table    `json:"tables"`
	Samples map[string][]float64 `json:"samples"` // in seconds
}

type table struct {
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
}

func read(docs fs.FS) (*measured, error) {
	content, err := fs.ReadFile(docs, dataFile)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	data := &measured{}
	if err := decoder.Decode(data); err != nil {
		return nil, fmt.Errorf("%s: %w", dataFile, err)
	}
	return data, nil
}

// table is one that must be there: a run of some benchmarks alone does not have them all.
func (m *measured) table(name string) (*table, error) {
	t := m.Tables[name]
	if t == nil || len(t.Rows) == 0 {
		return nil, fmt.Errorf("%s has no table %q: run `make bench`, which measures all", dataFile, name)
	}
	for _, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return nil, fmt.Errorf("%s: table %q: a row has %d cells, want %d", dataFile, name, len(row), len(t.Columns))
		}
	}
	return t, nil
}

// column is all numbers below a heading.
func (m *measured) column(name, heading string) (numbers []float64, err error) {
	t, err := m.table(name)
	if err != nil {
		return nil, err
	}
	i := slices.Index(t.Columns, heading)
	if i < 0 {
		return nil, fmt.Errorf("%s: table %q has no column %q, it has %q", dataFile, name, heading, t.Columns)
	}
	for _, row := range t.Rows {
		n, ok := row[i].(float64)
		if !ok {
			return nil, fmt.Errorf("%s: table %q: %q: %v is no number", dataFile, name, heading, row[i])
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// sorted are the samples of something, which may have none.
func (m *measured) sorted(of string) []float64 { return slices.Sorted(slices.Values(m.Samples[of])) }
