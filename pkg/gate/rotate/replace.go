package rotate

import (
	"bytes"
	"errors"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

// shortest is the least that a token has that is looked for in a text. Those of Kubernetes have hundreds of characters.
const shortest = 32

// replace puts a token in the place of the old one, wherever that stands, and returns the keys that change. All else stays, byte for byte. It is the gate's own parser that says whether that went well.
func replace(data map[string][]byte, old *credentials.Credentials, token string) (map[string][]byte, *credentials.Credentials, error) {
	if len(old.Token) < shortest {
		return nil, nil, errors.New("it holds no token of a ServiceAccount: make it anew with gate export")
	}
	changed, all := map[string][]byte{}, map[string][]byte{}
	for key, value := range data {
		all[key] = bytes.ReplaceAll(value, []byte(old.Token), []byte(token))
		if !bytes.Equal(all[key], value) {
			changed[key] = all[key]
		}
	}
	renewed, err := credentials.Parse(all)
	if err != nil || !sameBut(old, renewed, token) {
		return nil, nil, errors.New("its token is written in a way that cannot be replaced: make it anew with gate export")
	}
	return changed, renewed, nil
}

// sameBut reports whether nothing but the token has changed.
func sameBut(old, renewed *credentials.Credentials, token string) bool {
	return renewed.Token == token && renewed.Server == old.Server && renewed.TLSServerName == old.TLSServerName && bytes.Equal(renewed.CA, old.CA)
}
