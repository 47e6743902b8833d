package credentials

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// lastSecond is the end of the year 9999: what lies beyond is no date.
const lastSecond = 253402300799

// expires is when the first of token and client certificate ends.
func expires(token string, cert *x509.Certificate) time.Time {
	end := tokenExpires(token)
	if cert != nil && (end.IsZero() || cert.NotAfter.Before(end)) {
		end = cert.NotAfter
	}
	return end
}

// tokenExpires reads the claim exp of a JSON Web Token (RFC 7519, section 4.1.4) and verifies nothing: only the server there can. It is
// zero for any other token.
func tokenExpires(token string) time.Time {
	seconds, ok := claims(token)["exp"].(float64)
	if !ok || seconds < 1 || seconds > lastSecond {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// claims of a JSON Web Token; nil of any other.
func claims(token string) (claims map[string]any) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return nil
	}
	return claims
}

// Subject is whom the token says it stands for, as in system:serviceaccount:namespace:name; empty if it does not say. Like Expires it
// is not verified.
func (c *Credentials) Subject() string {
	subject, _ := claims(c.Token)["sub"].(string) // of another type: none
	return subject
}
