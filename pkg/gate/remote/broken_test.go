package remote

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
)

func named(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "ns", Name: name}
}

// Servers that fail, each as the configuration that leads there.

// answering answers every request alike, and wants to be asked again in 30 s.
func answering(code int, contentType, body string) func(*testing.T) *rest.Config {
	return func(t *testing.T) *rest.Config {
		return configOf(newTLSServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "30")
			w.Header().Set("Location", "https://elsewhere.invalid")
			w.Header()["Content-Type"] = []string{contentType}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body) // who does not read it has hung up
		})))
	}
}

func breakingOff(t *testing.T) *rest.Config {
	return configOf(newTLSServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"kind":`) // it is not all
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})))
}

// repeating answers every request with a text, for ever.
func repeating(text string) func(t *testing.T) *rest.Config {
	return func(t *testing.T) *rest.Config {
		return configOf(newTLSServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for chunk := []byte(strings.Repeat(text, 1<<12)); ; {
				if _, err := w.Write(chunk); err != nil {
					return // the client has hung up
				}
			}
		})))
	}
}

var endless, endlessLines = repeating("[[[["), repeating(" \n")

func silentServer(t *testing.T) *rest.Config {
	server := newTLSServer(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(server.CloseClientConnections)
	return configOf(server)
}

func foreign(t *testing.T) *rest.Config {
	config := certified(-time.Hour, time.Hour)(t)
	config.CAData = configOf(newTLSServer(t, http.NotFoundHandler())).CAData
	return config
}

func anotherName(t *testing.T) *rest.Config {
	config := answering(200, "", "")(t)
	config.ServerName = "somebody-else.example.org"
	return config
}

// certified has a certificate of its own, for 127.0.0.1, good between two times from now.
func certified(from, to time.Duration) func(*testing.T) *rest.Config {
	return func(t *testing.T) *rest.Config {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(to), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		server := quiet(httptest.NewUnstartedServer(http.NotFoundHandler()))
		server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
		server.StartTLS()
		t.Cleanup(server.Close)
		return &rest.Config{Host: server.URL, TLSClientConfig: rest.TLSClientConfig{CAData: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}}
	}
}

func clientCertificateWanted(t *testing.T) *rest.Config {
	server := quiet(httptest.NewUnstartedServer(http.NotFoundHandler()))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	return configOf(server)
}

func withoutTLS(t *testing.T) *rest.Config {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return to(t, server.Listener.Addr().String())
}

func nothing(t *testing.T) *rest.Config {
	ear, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := ear.Close(); err != nil {
		t.Fatal(err)
	}
	return to(t, ear.Addr().String())
}

func nameless(t *testing.T) *rest.Config { return to(t, "no-such-name.invalid:6443") }

// tcp accepts connections, and closes each when it is through with it.
func tcp(serve func(net.Conn)) func(*testing.T) *rest.Config {
	return func(t *testing.T) *rest.Config {
		ear, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = ear.Close() }) // who is connected is left to the end of the process
		go func() {
			for {
				c, err := ear.Accept()
				if err != nil {
					return // it was closed
				}
				go func() {
					serve(c)
					_ = c.Close() // nothing more is said
				}()
			}
		}()
		return to(t, ear.Addr().String())
	}
}

func drain(c net.Conn) { _, _ = io.Copy(io.Discard, c) } // until the other side closes it

func greet(c net.Conn) {
	_, _ = io.WriteString(c, "220 mail.example.com ESMTP\r\n") // who does not read it has hung up
	drain(c)
}

// to is an address, with some CA.
func to(t *testing.T, address string) *rest.Config {
	config := configOf(newTLSServer(t, http.NotFoundHandler()))
	config.Host = "https://" + address
	return config
}

func quiet(server *httptest.Server) *httptest.Server {
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that hang up are what is tested
	return server
}
