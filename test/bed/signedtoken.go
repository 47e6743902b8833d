package bed

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// SignedToken is a token of a ServiceAccount, signed with the cluster's own key as the API server does it, so that it can expire
// at any time: lifetime from now, also one in the past.
//
// The API server takes a token for a minute longer than it says (go-jose's leeway), and for 10 s does not look again at one that it
// has let through (its cache); a watch that is open stays open. So a token with a lifetime of -51 s works for 10 s and is then
// refused, but who reads its exp knows from the start that it has expired.
func (c *Cluster) SignedToken(t testing.TB, namespace, name string, lifetime time.Duration) string {
	t.Helper()
	account := &corev1.ServiceAccount{}
	if err := c.Client.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, account); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	token, err := signES256(c.serviceKey, map[string]any{
		"iss": serviceIssuer, "aud": []string{serviceIssuer},
		"sub": "system:serviceaccount:" + namespace + ":" + name,
		"iat": now.Add(-time.Hour).Unix(), "nbf": now.Add(-time.Hour).Unix(), "exp": now.Add(lifetime).Unix(),
		"kubernetes.io": map[string]any{"namespace": namespace, "serviceaccount": map[string]any{"name": name, "uid": account.UID}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// signES256 encodes claims as a JSON Web Token (RFC 7515, RFC 7518 section 3.4).
func signES256(key *ecdsa.PrivateKey, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"ES256","typ":"JWT"}`)) + "." + encode(payload)
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return "", err
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return signed + "." + encode(signature), nil
}
