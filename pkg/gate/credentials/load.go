package credentials

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"

	yamlv3 "go.yaml.in/yaml/v3"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/yaml"
)

// load decodes a kubeconfig as kubectl does, once it is certain that it says one thing only. clientcmd itself reads the first document
// of several and the last of two equal keys.
func load(key string, text []byte) (*api.Config, error) {
	if err := oneDocument(key, text); err != nil {
		return nil, err
	}
	plain, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		return nil, unreadable(key, err)
	}
	config, err := clientcmd.Load(plain)
	if err != nil {
		// the error quotes what it could not decode
		return nil, refuse(ReasonKubeconfigUnreadable, "key %s is not a kubeconfig: want kind Config of apiVersion v1, "+
			"its fields of the right type, each name once, and what ends in -data in base64", key)
	}
	return config, nil
}

// oneDocument also refuses aliases: no kubeconfig needs them, and a few bytes of them decode to more than there is memory.
func oneDocument(key string, text []byte) error {
	decoder := yamlv3.NewDecoder(bytes.NewReader(text))
	var first, next yamlv3.Node
	if err := decoder.Decode(&first); err != nil {
		return unreadable(key, err)
	}
	if err := decoder.Decode(&next); !errors.Is(err, io.EOF) {
		return refuse(ReasonKubeconfigUnreadable, "key %s holds several YAML documents: want one", key)
	}
	if hasAlias(&first) {
		return refuse(ReasonKubeconfigUnreadable, "key %s uses YAML aliases: want a kubeconfig without them", key)
	}
	return nil
}

func hasAlias(node *yamlv3.Node) bool {
	return node.Kind == yamlv3.AliasNode || slices.ContainsFunc(node.Content, hasAlias)
}

// lineOf finds the line in an error of the parsers, which have no other form for it (go.yaml.in/yaml v2.4.4 and v3.0.6).
var lineOf = regexp.MustCompile(`^yaml: (?:unmarshal errors:\n  )?line (\d+): `)

// unreadable takes nothing but the line from the error, because the error quotes the text.
func unreadable(key string, err error) error {
	where := ""
	if line := lineOf.FindStringSubmatch(err.Error()); line != nil {
		where = " near line " + line[1]
	}
	return refuse(ReasonKubeconfigUnreadable, "key %s is not YAML%s: want a kubeconfig, each field once", key, where)
}
