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
	spec := maps.Clone(i.object["spec"].(map[string]any)) // New has looked into it
	overrides := spec["override"].(map[string]any)
	var clusters mapping
	for _, name := range i.Order {
		clusters = append(clusters, entry{name, overrides[name]})
	}
	spec["base"], spec["override"] = first(spec["base"], "apiVersion", "kind", "metadata", "spec", "status"), clusters
	root, err := mapping{
		{"apiVersion", i.object["apiVersion"]}, {"kind", i.object["kind"]}, {"metadata", first(i.object["metadata"], "name", "namespace")},
		{"spec", first(spec, "deleteCassandraCluster", "base", "override")},
	}.node()
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

// mapping has its entries in an order.
type mapping []entry

type entry struct {
	key   string
	value any
}

// first puts some keys of a mapping first, and the others behind, sorted.
func first(v any, keys ...string) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	var out mapping
	for _, key := range keys {
		if value, present := m[key]; present {
			out = append(out, entry{key, value})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains(keys, key) {
			out = append(out, entry{key, m[key]})
		}
	}
	return out
}

// node is the mapping as YAML.
func (m mapping) node() (*yaml.Node, error) {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, e := range m {
		key, value := &yaml.Node{}, &yaml.Node{}
		key.SetString(e.key)
		nested, isMapping := e.value.(mapping)
		var err error
		if isMapping {
			value, err = nested.node()
		} else {
			err = value.Encode(e.value)
		}
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, key, value)
	}
	return node, nil
}
