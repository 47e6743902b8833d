package main

import (
	"bytes"
	"encoding/pem"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// rootsModule is where the certificates come from: Mozilla's roots, as a Go module that go.mod pins.
const rootsModule = "golang.org/x/crypto/x509roots/fallback"

// certificates are Mozilla's roots in PEM. Those that are trusted under conditions are left out, since PEM cannot say so. Gate asks
// nobody's certificate by them as it is deployed: an API server's CA comes with its credentials. They are for a kubeconfig without one.
func certificates() []byte {
	var all bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			all.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}))
		}
	}
	return all.Bytes()
}
