package adopt

import (
	"bytes"
	"errors"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

const fileHead = `# Imported from Multi-CassKop. ` + "`render`" + ` splits this file into base/ and clusters/; commit all three together.
`

// File is multi-casskop.yaml: the clusters in their order, all else as the sample has it.
func (i *Import) File() ([]byte, error) {
	spec := i.object["spec"].(map[string]any) // New has looked into it
	overrides := spec["override"].(map[string]any)
	var clusters []any
	for _, name := range i.Order {
		clusters = append(clusters, name, overrides[name])
	}
	root, err := ordered(
		"apiVersion", i.object["apiVersion"], "kind", i.object["kind"], "metadata", first(i.object["metadata"], "name", "namespace"),
		"spec", first(replaced(spec, "base", first(spec["base"], "apiVersion", "kind", "metadata", "spec", "status"), "override", pairs(clusters)),
			"deleteCassandraCluster", "base", "override"))
	if err != nil {
		return nil, err
	}
	body := bytes.NewBufferString(fileHead)
	encoder := yaml.NewEncoder(body)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	err = encoder.Encode(root)
	return body.Bytes(), errors.Join(err, encoder.Close())
}

// Config is render.yaml: what differs from the defaults.
func (i *Import) Config() []byte {
	config := `# Options of ` + "`render`" + `; docs/render.md lists all of them with their defaults.
apiVersion: casskop-gitops.dev/v1alpha1
kind: RenderConfig
`
	if i.ignoreZero {
		config += "zeroValues: ignore # as Multi-CassKop did; with honour the zero values in the overrides take effect\n"
	}
	return []byte(config)
}

// pairs are keys and values in their order.
type pairs []any

// first puts some keys of a mapping first, and the others behind, sorted.
func first(v any, keys ...string) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	var out pairs
	for _, key := range keys {
		if value, present := m[key]; present {
			out = append(out, key, value)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains(keys, key) {
			out = append(out, key, m[key])
		}
	}
	return out
}

// replaced is a mapping with other values for some keys.
func replaced(m map[string]any, keysAndValues ...any) map[string]any {
	out := maps.Clone(m)
	for n := 0; n < len(keysAndValues); n += 2 {
		out[keysAndValues[n].(string)] = keysAndValues[n+1]
	}
	return out
}

// ordered is a mapping as YAML, in the order given.
func ordered(keysAndValues ...any) (*yaml.Node, error) {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for n := 0; n < len(keysAndValues); n += 2 {
		key, value := &yaml.Node{}, &yaml.Node{}
		err := key.Encode(keysAndValues[n])
		if nested, isPairs := keysAndValues[n+1].(pairs); isPairs {
			var nestedErr error
			value, nestedErr = ordered(nested...)
			err = errors.Join(err, nestedErr)
		} else {
			err = errors.Join(err, value.Encode(keysAndValues[n+1]))
		}
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, key, value)
	}
	return node, nil
}
