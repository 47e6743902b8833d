package render

import (
	"fmt"
	"slices"
	"strings"
)

// namesShown is how many fields a step lists; the unified diff has the rest.
const namesShown = 3

func fieldNames(changes []fieldChange) string {
	return enumerate(changes, fieldChange.name)
}

// values lists changes with what they change from and to.
func values(changes []fieldChange) string {
	return enumerate(changes, func(f fieldChange) string {
		return fmt.Sprintf("%s %s -> %s", f.name(), plainValue(f.was), plainValue(f.is))
	})
}

func enumerate(changes []fieldChange, word func(fieldChange) string) string {
	var list []string
	for i, f := range changes {
		if i == namesShown && len(changes) > namesShown+1 {
			list = append(list, fmt.Sprintf("%d more", len(changes)-i))
			break
		}
		list = append(list, word(f))
	}
	return strings.Join(list, ", ")
}

// notes returns what is to be known about fields beside their effect, each once.
func notes(changes []fieldChange) string {
	var list []string
	for _, f := range changes {
		if note := f.known.note; note != "" && !slices.Contains(list, note) {
			list = append(list, note)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "; " + strings.Join(list, "; ")
}

// plainValue writes a value without the quotes of JSON.
func plainValue(v any) string {
	if s, ok := v.(string); ok {
		return orNone(shorten(s, 60))
	}
	return orNone(shown(v))
}
