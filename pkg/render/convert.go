package render

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// converter turns nodes into the values that kubectl would send: YAML 1.1 booleans, integers as int64, no other types.
type converter struct {
	doc      *document
	nodes    int
	stopped  bool // a limit was met: nothing more is read, or said
	problems Problems
}

func (c *converter) convert(n *yaml.Node, depth int) any {
	switch c.nodes++; {
	case c.stopped:
		return nil
	case c.nodes > maxDocumentNodes:
		c.problem(n, fmt.Sprintf("the document has more than %d values, aliases expanded", maxDocumentNodes),
			"no ring is that large: look for aliases that repeat each other")
		c.stopped = true
		return nil
	case depth == maxDepth:
		c.problem(n, fmt.Sprintf("nested deeper than %d levels", maxDepth), "look for an alias inside its own anchor")
		c.stopped = true
		return nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return c.convert(n.Alias, depth+1)
	case yaml.MappingNode:
		return c.mapping(n, depth)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			list = append(list, c.convert(item, depth+1))
		}
		return list
	default:
		return c.scalar(n)
	}
}

func (c *converter) mapping(n *yaml.Node, depth int) any {
	out := make(map[string]any, len(n.Content)/2)
	lines := make(map[string]int, len(n.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag == "!!merge" {
			merges = append(merges, value)
			continue
		}
		if key.Kind != yaml.ScalarNode {
			c.problem(key, "a key must be plain text", "if a value was meant, put quotes around it: { begins a mapping, also that of a template")
			continue
		}
		name := keyName(key)
		if line, twice := lines[name]; twice {
			c.problem(key, fmt.Sprintf("key %q stands here and in line %d", name, line+c.doc.above), "remove one of the two")
			continue
		}
		if name == "" || name == "<<" {
			c.problem(key, fmt.Sprintf("key %q cannot be carried by kustomize", name), "give it a name")
		}
		if isDirective(name) {
			c.problem(key, name+" is a directive of strategic merge patches, it cannot be a key", "overrides merge by themselves: write the value alone")
		}
		lines[name] = key.Line
		out[name] = c.convert(value, depth+1)
	}
	for _, m := range merges {
		c.mergeInto(out, m, depth)
	}
	return out
}

// isDirective knows the keys that kustomize would obey instead of passing them on.
func isDirective(key string) bool {
	if !strings.HasPrefix(key, "$") {
		return false
	}
	name, _, _ := strings.Cut(key, "/")
	return slices.Contains([]string{"$patch", "$retainKeys", "$setElementOrder", "$deleteFromPrimitiveList"}, name)
}

// mergeInto does YAML's <<: keys that are there already win, and so does the first of several mappings.
func (c *converter) mergeInto(out map[string]any, n *yaml.Node, depth int) {
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			c.mergeInto(out, item, depth+1)
		}
		return
	}
	m, ok := c.convert(n, depth+1).(map[string]any)
	if !ok {
		c.problem(n, "<< takes a mapping or a list of mappings", "")
		return
	}
	for k, v := range m {
		if _, present := out[k]; !present {
			out[k] = v
		}
	}
}

// keyName is the key as kubectl would send it: bare y, on, yes and the like are booleans there.
func keyName(key *yaml.Node) string {
	if b, ok := oldBoolean(key); ok {
		return strconv.FormatBool(b)
	}
	if key.ShortTag() == "!!bool" { // True and TRUE
		return strings.ToLower(key.Value)
	}
	return key.Value
}

func (c *converter) scalar(n *yaml.Node) any {
	if b, ok := oldBoolean(n); ok {
		return b
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool", "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			c.problem(n, "cannot read this value: "+strings.TrimPrefix(err.Error(), "yaml: "), "")
			return nil
		}
		return c.number(n, v)
	case "!!str", "!!timestamp":
		return n.Value
	}
	c.problem(n, fmt.Sprintf("YAML tag %s is not supported", n.ShortTag()), "remove the tag")
	return nil
}

func (c *converter) number(n *yaml.Node, v any) any {
	switch e := v.(type) {
	case int:
		return int64(e)
	case uint64:
		return float64(e)
	case float64:
		if math.IsNaN(e) || math.IsInf(e, 0) {
			c.problem(n, "not a number that JSON can hold", "quote it if it is text")
			return nil
		}
	}
	return v
}

// oldBoolean reads the words that YAML 1.1, and so kubectl, takes for booleans and YAML 1.2 for text.
func oldBoolean(n *yaml.Node) (value, ok bool) {
	if n.Style != 0 || n.Kind != yaml.ScalarNode || !isOldBoolean(n.Value) {
		return false, false
	}
	return strings.ContainsAny(n.Value[:1], "yY") || strings.EqualFold(n.Value, "on"), true
}

func isOldBoolean(s string) bool {
	switch s {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return true
	}
	return false
}

func (c *converter) problem(n *yaml.Node, message, hint string) {
	if c.stopped {
		return
	}
	c.problems = append(c.problems, Problem{File: c.doc.file, Line: n.Line + c.doc.above, Column: n.Column, Message: message, Hint: hint})
	c.stopped = len(c.problems) == maxDocumentProblems
}
