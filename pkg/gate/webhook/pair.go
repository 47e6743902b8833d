package webhook

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"

	"github.com/open-policy-agent/cert-controller/pkg/rotator"
	corev1 "k8s.io/api/core/v1"
)

// Keys of the Secret. They are cert-controller's.
const (
	keyCA, keyCAKey, keyCert, keyKey = "ca.crt", "ca.key", "tls.crt", "tls.key"
)

const (
	caLife, certLife = 10 * 365 * 24 * time.Hour, 365 * 24 * time.Hour
	// lookahead is how long before its end a certificate is replaced.
	lookahead = 90 * 24 * time.Hour
	// skew is how far the clocks of others may be behind.
	skew = time.Hour
	// farewell is how long the former authority is still trusted. It ends so that a key that leaked is worth nothing then.
	farewell = time.Hour
)

// maker makes and checks certificates.
var maker = rotator.CertRotator{CAName: authorityName, CAOrganization: "casskop-gitops", DNSName: serverName,
	ExtKeyUsages: &[]x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}

// pair is what the Secret keeps, in PEM: an authority and a certificate that it signed. After a change of the authority its former
// certificate follows the present one, so that what was signed by either is trusted.
type pair struct{ ca, caKey, cert, key []byte }

func pairOf(secret *corev1.Secret) pair {
	return pair{secret.Data[keyCA], secret.Data[keyCAKey], secret.Data[keyCert], secret.Data[keyKey]}
}

func (p pair) data() map[string][]byte {
	return map[string][]byte{keyCA: p.ca, keyCAKey: p.caKey, keyCert: p.cert, keyKey: p.key}
}

// next is the pair to have from now on, and for how long it may stay as it is. It is p itself while nothing is to be done.
func (p pair) next(now time.Time) (pair, time.Duration, error) {
	at := now.Add(lookahead)
	if valid, err := rotator.ValidCert(p.ca, p.ca, p.caKey, authorityName, nil, at); err != nil || !valid {
		renewed, err := p.withAuthority(now)
		return renewed, 0, err
	}
	authority, err := p.authority()
	if err != nil {
		return p, 0, err
	}
	if valid, err := rotator.ValidCert(p.ca, p.cert, p.key, serverName, maker.ExtKeyUsages, at); err != nil || !valid {
		renewed, err := p.signed(authority, now)
		return renewed, 0, err
	}
	first, former := split(p.ca)
	if len(former) == 0 {
		return p, recheck, nil
	}
	if left := authority.Cert.NotBefore.Add(skew + farewell).Sub(now); left > 0 {
		return p, left, nil
	}
	p.ca = first
	return p, 0, nil
}

// withAuthority has a new authority. The former one stays trusted.
func (p pair) withAuthority(now time.Time) (pair, error) {
	authority, err := maker.CreateCACert(now.Add(-skew), now.Add(caLife))
	if err != nil {
		return p, fmt.Errorf("make an authority: %w", err)
	}
	former, _ := split(p.ca)
	p.ca, p.caKey = append(bytes.Clone(authority.CertPEM), former...), authority.KeyPEM
	return p.signed(authority, now)
}

// signed has a new certificate.
func (p pair) signed(authority *rotator.KeyPairArtifacts, now time.Time) (pair, error) {
	var err error
	if p.cert, p.key, err = maker.CreateCertPEM(authority, now.Add(-skew), now.Add(certLife)); err != nil {
		return p, fmt.Errorf("make a certificate: %w", err)
	}
	return p, nil
}

// authority reads the present one.
func (p pair) authority() (*rotator.KeyPairArtifacts, error) {
	first, _ := split(p.ca)
	loaded, err := tls.X509KeyPair(first, p.caKey)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(p.caKey) // it was read just now
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	return &rotator.KeyPairArtifacts{Cert: loaded.Leaf, Key: key, CertPEM: first, KeyPEM: p.caKey}, err
}

// split parts the first certificate from those behind it. What is no certificate is left out.
func split(bundle []byte) (first, rest []byte) {
	block, after := pem.Decode(bundle)
	if block == nil {
		return nil, nil
	}
	if _, err := x509.ParseCertificate(block.Bytes); err != nil {
		return nil, nil
	}
	first = pem.EncodeToMemory(block)
	if second, _ := split(after); second != nil {
		rest = second
	}
	return first, rest
}
