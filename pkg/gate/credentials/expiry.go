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
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}
	}
	var claims map[string]any
	if json.Unmarshal(payload, &claims) != nil {
		return time.Time{}
	}
	seconds, ok := claims["exp"].(float64)
	if !ok || seconds < 1 || seconds > lastSecond {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}
