package bed

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

func TestLeaksAreFound(t *testing.T) {
	c := clusters[0]
	c.ServiceAccount(t, "leaks", "reader")
	secrets := map[string]string{
		"a token":        c.Token(t, "leaks", "reader", time.Hour),
		"a signed token": c.SignedToken(t, "leaks", "reader", time.Hour),
		"a private key":  string(c.Config.KeyData),
	}
	for name, secret := range secrets {
		for _, before := range []string{"", "a", "ab", "abc", strings.Repeat("x", 1<<20-5), strings.Repeat("x", 3<<20)} {
			encoded := base64.StdEncoding.EncodeToString([]byte(before[:len(before)%64] + secret))
			for _, text := range []string{before + secret, "{\"msg\": \"" + secret + "\"}\n", before + encoded} {
				if err := Leaks("it", strings.NewReader(text)); err == nil {
					t.Errorf("%s behind %d bytes is not found", name, len(before))
				} else if strings.Contains(err.Error(), secret[:20]) {
					t.Error("the secret is shown")
				}
			}
		}
	}
	for _, harmless := range []string{"", "eyJ", "BEGIN CERTIFICATE-----", strings.Repeat("token ", 1<<20)} {
		if err := Leaks("it", strings.NewReader(harmless)); err != nil {
			t.Error(err)
		}
	}
}
