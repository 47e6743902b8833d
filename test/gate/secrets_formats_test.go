package gate

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// formats are the ways to write a Secret that leads to the other cluster.
var formats = map[string]func(*testing.T, *pair) map[string][]byte{
	"kubemcsa's": func(t *testing.T, p *pair) map[string][]byte {
		return only(t, p, "config", "server", "ca.crt", "token", "namespace")
	},
	"kubemcsa's kubeconfig alone":       func(t *testing.T, p *pair) map[string][]byte { return only(t, p, "config") },
	"kubemcsa's without its kubeconfig": func(t *testing.T, p *pair) map[string][]byte { return only(t, p, "server", "ca.crt", "token") },
	"a kubeconfig":                      func(t *testing.T, p *pair) map[string][]byte { return under(t, p, "kubeconfig") },
	"Flux's and Cluster API's value":    func(t *testing.T, p *pair) map[string][]byte { return under(t, p, "value") },
	"Flux's value.yaml":                 func(t *testing.T, p *pair) map[string][]byte { return under(t, p, "value.yaml") },
	"a client certificate":              certificate,
}

func only(t *testing.T, p *pair, keys ...string) map[string][]byte {
	data := bed.KubemcsaSecret(t, p.secretKey(), p.reader(t), p.tree.Key().Namespace).Data
	maps.DeleteFunc(data, func(key string, _ []byte) bool { return !slices.Contains(keys, key) })
	return data
}

func under(t *testing.T, p *pair, key string) map[string][]byte {
	return map[string][]byte{key: bed.Kubeconfig(t, p.reader(t), "any", "")}
}

// certificate is a kubeconfig without a token, of a user who has the reader's Role.
func certificate(t *testing.T, p *pair) map[string][]byte {
	binding := p.binding("somebody")
	binding.Subjects = []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "somebody"}}
	if err := p.there.Client.Create(t.Context(), binding); err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"config": bed.Kubeconfig(t, p.there.User(t, "somebody"), "any", "")}
}

// TestSecretFormats: with each of them a gate opens.
func TestSecretFormats(t *testing.T) {
	const namespace = "formats"
	seen, process := begin(t, clusters[1], namespace)
	pairs := map[string]*pair{}
	for i, format := range slices.Sorted(maps.Keys(formats)) {
		p := newPair(t, clusters[1], clusters[0], namespace, fmt.Sprintf("format%d", i))
		p.agree(t)
		p.give(t, formats[format](t, p))
		p.begin(t, "")
		pairs[format] = p
	}
	began := time.Now()
	for format, p := range pairs {
		t.Run(format, func(t *testing.T) {
			seen.wait(t, p.tree.Key().Name, began, inTime+gate.Settle, saying(t, "open: "+gate.ReasonRuleMet))
		})
	}
	discreet(t, clusters[1], namespace, process)
}
