package credentials_test

import (
	"strings"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
)

// The libraries quote what they cannot read: here that is the token, in each of these.
func TestParseRefusesWhatIsNoKubeconfig(t *testing.T) {
	const notConfig = " is not a kubeconfig: want kind Config of apiVersion v1, its fields of the right type, each name once, and what ends in -data in base64"
	good := string(kubeconfig(t, nil))
	for name, test := range map[string]struct{ text, message string }{
		"a bare word":           {token, notConfig},
		"a list":                {"- " + token, notConfig},
		"a comment":             {"# " + token, " is not YAML: want a kubeconfig, each field once"},
		"broken YAML":           {"apiVersion: v1\nusers:\n\t" + token, " is not YAML near line 3: want a kubeconfig, each field once"},
		"an unknown alias":      {"users: *" + token, " is not YAML: want a kubeconfig, each field once"},
		"bytes that no text is": {"token: \xff" + token, " is not YAML: want a kubeconfig, each field once"},
		"a field twice": {
			"users: []\n" + token + ": 1\n" + token + ": 2\n", " is not YAML near line 3: want a kubeconfig, each field once",
		},
		"a server twice": {
			strings.Replace(good, "    server:", "    server: http://a\n    server:", 1), " is not YAML near line 6: want a kubeconfig, each field once",
		},
		"two documents":                {good + "---\n" + good, " holds several YAML documents: want one"},
		"a second document of no YAML": {good + "---\n\t" + token, " is not YAML near line 20: want a kubeconfig, each field once"},
		"a second document, broken":    {good + "---\na: b\nc: [\n", " holds several YAML documents: want one"},
		"a Secret":                     {"apiVersion: v1\nkind: Secret\nstringData: {token: " + token + "}", notConfig},
		"another version":              {"apiVersion: " + token + "\nkind: Config", notConfig},
		"a token that is a number":     {"users: [{name: a, user: {token: 12345678901234567890123}}]", notConfig},
		"data that is not base64":      {"users: [{name: a, user: {client-key-data: " + token + "}}]", notConfig},
		"a user twice":                 {"users: [{name: a, user: {token: " + token + "}}, {name: a, user: {}}]", notConfig},
		"an alias": {
			"x: &x " + token + "\nusers: [*x]", " uses YAML aliases: want a kubeconfig without them",
		},
	} {
		t.Run(name, func(t *testing.T) {
			wantRefusal(t, map[string][]byte{"config": []byte(test.text)},
				credentials.Refusal{Reason: credentials.ReasonKubeconfigUnreadable, Message: "key config" + test.message})
		})
	}
}

// A MiB of this is 50 GB once each alias is written out.
func TestASecretCannotTakeTheMemoryOfTheGate(t *testing.T) {
	text := "x: &x " + strings.Repeat("a", 500_000) + "\ny: [" + strings.Repeat("*x,", 100_000) + "]\n"
	wantRefusal(t, map[string][]byte{"config": []byte(text)}, credentials.Refusal{
		Reason: credentials.ReasonKubeconfigUnreadable, Message: "key config uses YAML aliases: want a kubeconfig without them",
	})
}
