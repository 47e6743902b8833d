package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	dataFile = "comparison.json"
	document = "comparison.md"
)

// Make makes the document, with its tables as measured, and the plots, by their names in the folder docs. It writes nothing.
func Make(docs fs.FS) (map[string][]byte, error) {
	data, err := read(docs)
	if err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(docs, document)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	if files[document], err = fill(string(text), data); err != nil {
		return nil, err
	}
	for name, draw := range plots {
		if files["images/"+name], err = draw(data); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return files, nil
}

// fill replaces what stands between <!-- measured: NAME --> and <!-- end -->.
func fill(text string, data *measured) ([]byte, error) {
	const begin, name, end = "<!-- measured: ", " -->\n", "<!-- end -->\n"
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, begin)
		out.WriteString(before)
		if !found {
			return []byte(out.String()), nil
		}
		what, rest, named := strings.Cut(rest, name)
		_, after, ended := strings.Cut(rest, end)
		if !named || !ended {
			return nil, fmt.Errorf("%s: %q is not followed by %q", document, begin+firstLine(what), end)
		}
		part, err := data.part(what)
		if err != nil {
			return nil, err
		}
		out.WriteString(begin + what + name + part + end)
		text = after
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func write(dir string, files map[string][]byte) error {
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
