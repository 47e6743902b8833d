package policy

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var certificatesKey = client.ObjectKey{Namespace: bed.GateNamespace, Name: "casskop-gitops-gate-webhook"}

func certificates(t *testing.T) *corev1.Secret {
	t.Helper()
	secret := &corev1.Secret{}
	if err := at.c.Client.Get(t.Context(), certificatesKey, secret); err != nil {
		t.Fatal(err)
	}
	return secret
}

// trusted are the authorities that the API server trusts when it asks about revisions.
func trusted(t *testing.T) []byte {
	t.Helper()
	configuration := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	if err := at.c.Client.Get(t.Context(), client.ObjectKey{Name: "casskop-gitops-gate"}, configuration); err != nil {
		t.Fatal(err)
	}
	return configuration.Webhooks[0].ClientConfig.CABundle
}

// writer creates and deletes a CassandraCluster all the time, which asks both webhooks, and tells each refusal.
func writer(t *testing.T) (stop func() (writes int)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	writes := 0
	work.Go(func() {
		for ctx.Err() == nil {
			o := cassandraCluster(v2, client.ObjectKey{Namespace: seedsNamespace, Name: "busy"}, annotation(seedlist, "a"))
			if err := at.c.Client.Create(ctx, o); err != nil && ctx.Err() == nil {
				t.Errorf("write %d: %v", writes, err)
			}
			if err := at.c.Client.Delete(context.WithoutCancel(ctx), o); client.IgnoreNotFound(err) != nil {
				t.Error(err)
			}
			writes++
		}
	})
	return func() int {
		cancel()
		work.Wait()
		return writes
	}
}

// servedBy is the certificate that an address serves.
func servedBy(t *testing.T, address string) []byte {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // nothing was sent
	return conn.ConnectionState().PeerCertificates[0].Raw
}

// TestANewAuthority: one that comes near its end is replaced, and so is a Secret that was deleted: two replicas take the new one up, no
// write is refused meanwhile, and an hour later nobody trusts the former one. Nothing restarts.
func TestANewAuthority(t *testing.T) {
	for name, change := range map[string]func(*testing.T){
		"it comes near its end": func(t *testing.T) {
			secret := certificates(t)
			secret.Data["ca.crt"] = endingIn(t, secret, 80*24*time.Hour)
			if err := at.c.Client.Update(t.Context(), secret); err != nil {
				t.Fatal(err)
			}
		},
		"the Secret is deleted": func(t *testing.T) {
			if err := at.c.Client.Delete(t.Context(), certificates(t)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			under(t, webhooks)
			replicas := []*replica{serveWebhook(t), serveWebhook(t)}
			before := certificates(t)
			stop := writer(t)
			change(t)
			bed.WaitFor(t, patience, "both replicas serve another certificate, and it is that of the Secret", func() (bool, string) {
				secret := &corev1.Secret{}
				if err := at.c.Client.Get(t.Context(), certificatesKey, secret); err != nil {
					return false, err.Error()
				}
				if bytes.Equal(before.Data["ca.key"], secret.Data["ca.key"]) {
					return false, "the authority is the same"
				}
				block, _ := pem.Decode(secret.Data["tls.crt"])
				for i, r := range replicas {
					if !bytes.Equal(block.Bytes, servedBy(t, r.address)) {
						return false, fmt.Sprintf("replica %d serves another one", i)
					}
				}
				return true, ""
			})
			if writes := stop(); writes < 10 {
				t.Errorf("%d writes: want 10 at least", writes)
			}
			secret := certificates(t)
			if diff := cmp.Diff(secret.Data["ca.crt"], trusted(t)); diff != "" {
				t.Errorf("the API server trusts others (-Secret +configuration):\n%s", diff)
			}
			if n := bytes.Count(secret.Data["ca.crt"], []byte("BEGIN CERTIFICATE")); n != 2 {
				t.Errorf("%d authorities are trusted, want the new one and the former one", n)
			}
		})
	}
}

// endingIn is the authority's certificate with another end: same name, same key.
func endingIn(t *testing.T, secret *corev1.Secret, left time.Duration) []byte {
	t.Helper()
	pair, err := tls.X509KeyPair(secret.Data["ca.crt"], secret.Data["ca.key"])
	if err != nil {
		t.Fatal(err)
	}
	template := *pair.Leaf
	template.NotAfter = time.Now().Add(left)
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, pair.Leaf.PublicKey, pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// TestFluxLeavesTheAuthoritiesAlone: the configurations applied again, without them, change nothing.
func TestFluxLeavesTheAuthoritiesAlone(t *testing.T) {
	under(t, webhooks)
	serveWebhook(t)
	before := trusted(t)
	if len(before) == 0 {
		t.Fatal("the API server trusts nobody")
	}
	var versions [3]map[string]string
	for i := range versions {
		versions[i] = map[string]string{}
		for _, o := range webhookObjects(t) {
			o.SetManagedFields(nil)
			if err := at.c.Apply(t.Context(), bed.FluxManager, o); err != nil {
				t.Fatal(err)
			}
			versions[i][o.GetKind()+" "+o.GetName()] = o.GetResourceVersion()
		}
	}
	if diff := cmp.Diff(versions[1], versions[2]); diff != "" {
		t.Errorf("applied again, resourceVersions (-second +third):\n%s", diff)
	}
	if diff := cmp.Diff(before, trusted(t)); diff != "" {
		t.Errorf("authorities (-before +after):\n%s", diff)
	}
}

// TestNotReadyWithoutTrust: a replica is not behind the Service until the API server trusts its certificate.
func TestNotReadyWithoutTrust(t *testing.T) {
	under(t, webhooks)
	c := cluster(t)
	configuration := &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "casskop-gitops-seedlist"}}
	if err := c.Client.Delete(t.Context(), configuration); err != nil {
		t.Fatal(err)
	}
	g := bed.StartGate(t, bed.GateOptions{Kubeconfig: bed.KubeconfigFile(t, c.GateIdentity(t)), LeaderElect: true,
		Args: []string{"--webhook-bind-address=" + freeAddress(t)}})
	const want = "not found; apply the component base/gate/webhook"
	bed.WaitFor(t, patience, "its log says what is missing", func() (bool, string) {
		log, err := os.ReadFile(g.LogFile)
		return err == nil && strings.Contains(string(log), want), want
	})
	response, err := http.Get("http://" + g.Health + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	if _ = response.Body.Close(); response.StatusCode == http.StatusOK { // nothing was read from it
		t.Error("it is ready")
	}
	if err := c.Apply(t.Context(), "bed", webhookObjects(t)...); err != nil {
		t.Fatal(err)
	}
	g.WaitReady(t)
}
