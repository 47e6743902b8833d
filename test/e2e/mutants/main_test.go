package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestMutantsApply: what each mutant breaks is still there, once, so that the long run does not find out.
func TestMutantsApply(t *testing.T) {
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join("../../..", m.file))
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			file := filepath.Join(dir, m.file)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := m.apply(dir); err != nil {
				t.Error(err)
			}
		})
	}
}
