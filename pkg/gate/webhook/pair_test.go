package webhook

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"
)

// made is a pair that is complete.
func made(t *testing.T, now time.Time) pair {
	t.Helper()
	p, lasts, err := pair{}.next(now)
	if err != nil || lasts != 0 {
		t.Fatalf("made from nothing: it is to be written, got %s, %v", lasts, err)
	}
	return p
}

func TestWhenAPairIsRenewed(t *testing.T) {
	now := time.Now()
	fresh := made(t, now)
	other := made(t, now)
	tests := map[string]struct {
		pair pair
		now  time.Time
		// what is new
		authority, certificate bool
		authorities            int
	}{
		"all is well":                        {fresh, now, false, false, 1},
		"a day before the lookahead":         {fresh, now.Add(certLife - lookahead - 24*time.Hour), false, false, 1},
		"the certificate comes near its end": {fresh, now.Add(certLife - lookahead + time.Minute), false, true, 1},
		"the authority comes near its end":   {fresh, now.Add(caLife - lookahead + time.Minute), true, true, 2},
		"all have ended":                     {fresh, now.Add(2 * caLife), true, true, 2},
		"nothing":                            {pair{}, now, true, true, 1},
		"no key of the authority":            {pair{ca: fresh.ca, cert: fresh.cert, key: fresh.key}, now, true, true, 2},
		"the key of another authority":       {pair{fresh.ca, other.caKey, fresh.cert, fresh.key}, now, true, true, 2},
		"the certificate of another":         {pair{fresh.ca, fresh.caKey, other.cert, other.key}, now, false, true, 1},
		"no certificate":                     {pair{ca: fresh.ca, caKey: fresh.caKey}, now, false, true, 1},
		"what is no PEM":                     {pair{[]byte("x"), []byte("x"), []byte("x"), []byte("x")}, now, true, true, 1},
		"an authority that is PEM alone":     {pair{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}), fresh.caKey, fresh.cert, fresh.key}, now, true, true, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, lasts, err := tt.pair.next(tt.now)
			if err != nil {
				t.Fatal(err)
			}
			if isNew := !bytes.Equal(got.caKey, tt.pair.caKey); isNew != tt.authority {
				t.Errorf("a new authority: want %t, got %t", tt.authority, isNew)
			}
			if isNew := !bytes.Equal(got.cert, tt.pair.cert); isNew != tt.certificate {
				t.Errorf("a new certificate: want %t, got %t", tt.certificate, isNew)
			}
			if stays := lasts > 0; stays == tt.certificate {
				t.Errorf("it lasts %s", lasts)
			}
			if n := bytes.Count(got.ca, []byte("BEGIN CERTIFICATE")); n != tt.authorities {
				t.Errorf("want %d authorities, got %d", tt.authorities, n)
			}
			if _, lasts, err := got.next(tt.now); lasts == 0 || err != nil {
				t.Errorf("what was renewed is to be renewed again: %v", err)
			}
			trusts(t, got, got.cert, tt.now)
		})
	}
}

// trusts: the authorities of a pair trust a certificate.
func trusts(t *testing.T, p pair, certificate []byte, now time.Time) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(p.ca)
	block, _ := pem.Decode(certificate)
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parsed.Verify(x509.VerifyOptions{Roots: pool, DNSName: "casskop-gitops-gate-webhook.casskop-gitops-system.svc", CurrentTime: now}); err != nil {
		t.Error(err)
	}
}

// TestTheFormerAuthority is trusted beside the new one for an hour, and then no more.
func TestTheFormerAuthority(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	former := made(t, now)
	late := now.Add(caLife - lookahead + time.Minute)
	renewed, _, err := former.next(late)
	if err != nil {
		t.Fatal(err)
	}
	// the former certificate ended long before; one that it signed since then is trusted
	authority, err := former.authority()
	if err != nil {
		t.Fatal(err)
	}
	serving, err := former.signed(authority, late)
	if err != nil {
		t.Fatal(err)
	}
	trusts(t, renewed, serving.cert, late)
	trusts(t, renewed, renewed.cert, late)

	if _, lasts, err := renewed.next(late.Add(farewell - time.Minute)); err != nil || lasts <= 0 || lasts > time.Minute {
		t.Errorf("a minute before the farewell: want it to last a minute, got %s, %v", lasts, err)
	}
	alone, lasts, err := renewed.next(late.Add(farewell))
	if err != nil || lasts != 0 || bytes.Count(alone.ca, []byte("BEGIN CERTIFICATE")) != 1 || !bytes.Equal(alone.cert, renewed.cert) {
		t.Errorf("after the farewell: want the new one alone and the same certificate, got %s, %v and\n%s", lasts, err, alone.ca)
	}
	trusts(t, alone, alone.cert, late)
}
