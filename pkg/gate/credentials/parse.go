package credentials

import (
	"bytes"
	"strings"
)

// kubeconfigKeys are the keys whose value is a kubeconfig, in the order in which they are looked for: kubemcsa's, Flux's and Cluster
// API's two, and the plain word.
var kubeconfigKeys = []string{"config", "value", "value.yaml", "kubeconfig"}

// The keys that hold the parts one by one, as kubemcsa writes them beside its kubeconfig.
const (
	keyServer = "server"
	keyCA     = "ca.crt"
	keyToken  = "token"
)

// Parse reads the data of a Secret. The formats, in the order in which they are looked for:
//
//   - a kubeconfig in the key config (kubemcsa), value or value.yaml (Flux, Cluster API), or kubeconfig, of which only the current
//     context matters;
//   - the keys server, ca.crt and token (kubemcsa).
//
// Where several are there they must agree, since nothing says which one is up to date. Other keys are ignored. Nothing is judged by
// the time: an expired token is returned, with its expiry. The error is always a [*Refusal].
func Parse(data map[string][]byte) (*Credentials, error) {
	key, err := kubeconfigKey(data)
	switch {
	case err != nil:
		return nil, err
	case key == "":
		return fromParts(data)
	}
	c, err := fromKubeconfig(key, data[key])
	if err != nil {
		return nil, err
	}
	for _, part := range []struct{ key, want string }{{keyServer, c.Server}, {keyCA, string(c.CA)}, {keyToken, c.Token}} {
		if found := text(data, part.key); found != "" && found != strings.TrimSpace(part.want) {
			return nil, refuse(ReasonSecretAmbiguous, "key %s is not what the kubeconfig in key %s has: remove one of them", part.key, key)
		}
	}
	return c, nil
}

// kubeconfigKey is the key of the kubeconfig; empty if there is none.
func kubeconfigKey(data map[string][]byte) (string, error) {
	first := ""
	for _, key := range kubeconfigKeys {
		switch {
		case text(data, key) == "":
		case first == "":
			first = key
		case text(data, key) != text(data, first):
			return "", refuse(ReasonSecretAmbiguous, "the kubeconfigs in keys %s and %s are not the same: remove one of them", first, key)
		}
	}
	return first, nil
}

func fromParts(data map[string][]byte) (*Credentials, error) {
	c := &Credentials{Server: text(data, keyServer), CA: data[keyCA], Token: text(data, keyToken)}
	if c.Server == "" && c.Token == "" && text(data, keyCA) == "" {
		return nil, refuse(ReasonSecretEmpty, "the Secret has none of the keys %s, and not %s, %s and %s: want a kubeconfig in one of the former",
			strings.Join(kubeconfigKeys, ", "), keyServer, keyCA, keyToken)
	}
	return c.checked(fields{server: "key " + keyServer, ca: "key " + keyCA, token: "key " + keyToken})
}

// text is the value of a key without the white space around it, which editors and pipes like to leave.
func text(data map[string][]byte, key string) string {
	return string(bytes.TrimSpace(data[key]))
}
