package casskop

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// child walks down a path of objects. An absent one reads as empty.
func child(object map[string]any, path ...string) (map[string]any, error) {
	for i, key := range path {
		value := object[key]
		next, ok := value.(map[string]any)
		if !ok && value != nil {
			return nil, fmt.Errorf("%s is not an object", strings.Join(path[:i+1], "."))
		}
		object = next
	}
	return object, nil
}

// text reads the string at the end of a path. An absent one reads as empty.
func text(object map[string]any, path ...string) (string, error) {
	last := len(path) - 1
	parent, err := child(object, path[:last]...)
	if err != nil {
		return "", err
	}
	value := parent[path[last]]
	found, ok := value.(string)
	if !ok && value != nil {
		return "", fmt.Errorf("%s is not a string", strings.Join(path, "."))
	}
	return found, nil
}

// decode reads one JSON object, numbers as they are written.
func decode(document string) (map[string]any, error) {
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return object, nil
}

// sameJSON compares two decoded values as JSON does: the Go types of numbers do not matter.
func sameJSON(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && sameObject(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, sameJSON)
	case nil:
		return b == nil
	case string:
		b, ok := b.(string)
		return ok && a == b
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	}
	return sameNumber(a, b)
}

func sameObject(a, b map[string]any) bool {
	if len(a) != len(b) {
		return false
	}
	for key, value := range a {
		other, ok := b[key]
		if !ok || !sameJSON(value, other) {
			return false
		}
	}
	return true
}

func sameNumber(a, b any) bool {
	whole, isWhole := integer(a)
	other, otherWhole := integer(b)
	if isWhole || otherWhole {
		return isWhole && otherWhole && whole == other
	}
	float, ok := floating(a)
	otherFloat, otherOK := floating(b)
	return ok && otherOK && float == otherFloat
}

// exact is the first integer from which on not every one is a float64.
const exact = 1 << 53

// integer reads a number as encoding/json or Kubernetes' decoder leaves it, if it is whole and lost no digit.
func integer(value any) (int64, bool) {
	switch n := value.(type) {
	case int64:
		return n, true
	case json.Number:
		if whole, err := n.Int64(); err == nil {
			return whole, true
		}
	}
	float, ok := floating(value)
	if !ok || float != math.Trunc(float) || math.Abs(float) >= exact {
		return 0, false
	}
	return int64(float), true
}

func floating(value any) (float64, bool) {
	switch n := value.(type) {
	case float64:
		return n, true
	case json.Number:
		float, err := n.Float64()
		return float, err == nil
	}
	return 0, false
}
