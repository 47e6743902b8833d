package bed

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// startTime is how long a control plane may take until it is ready. It takes 4 s on an idle machine.
const startTime = 2 * time.Minute

// Scheme has Kubernetes' kinds, CustomResourceDefinition and Gate. CassandraClusters are read as unstructured, as a gate reads them.
var Scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{scheme.AddToScheme, apiextensionsv1.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(s); err != nil {
			panic(err)
		}
	}
	return s
}()

// Cluster is a control plane of its own: etcd, certificate authority, kube-apiserver. Its CRDs are Gate, CassandraCluster (v1alpha1,
// and v2 without a schema) and Flux's Kustomization. No kube-controller-manager runs, unless StartControllerManager is called:
// no namespace ever goes away, nothing owned is deleted with its owner, and no ServiceAccount is made in a new namespace.
type Cluster struct {
	// Name is the name it was started under. Nothing in the cluster depends on it.
	Name string
	// APIServerArgs are further arguments of kube-apiserver. They are set before it starts.
	APIServerArgs []string
	// Config is that of an administrator, user "admin" in the audit log, without a limit of requests per second.
	Config *rest.Config
	// Client is the administrator's, with Scheme.
	Client client.WithWatch
	// AuditLog is the file of the audit log: RequestResponse for writes of CassandraClusters and Gates, Metadata for all else, one
	// event when a request is answered and, of a watch, one when it begins.
	AuditLog string
	// Dir holds the logs and certificates.
	Dir string

	ca         *authority
	serviceKey *ecdsa.PrivateKey // signs tokens of ServiceAccounts
	address    string            // of the API server
	etcd       *Process
	apiServer  *Process
	controller *Process
}

// start brings the control plane up, with its CRDs.
func (c *Cluster) start() error {
	definitions, err := crds()
	if err != nil {
		return err
	}
	if err := c.prepare(); err != nil {
		return err
	}
	if err := errors.Join(c.etcd.Start(), c.apiServer.Start()); err != nil { // the API server waits for etcd
		return err
	}
	if err := c.waitReady(); err != nil {
		return err
	}
	if c.Client, err = client.NewWithWatch(c.Config, client.Options{Scheme: Scheme}); err != nil {
		return err
	}
	var own []*apiextensionsv1.CustomResourceDefinition // envtest writes to them
	for _, crd := range definitions {
		own = append(own, crd.DeepCopy())
	}
	_, err = envtest.InstallCRDs(c.Config, envtest.CRDInstallOptions{CRDs: own, MaxTime: startTime, PollInterval: 20 * time.Millisecond})
	return err
}

// waitReady waits until the API server answers as ready, or has ended.
func (c *Cluster) waitReady() error {
	config := rest.CopyConfig(c.Config)
	config.Timeout = 5 * time.Second
	ready, err := rest.UnversionedRESTClientFor(unversioned(config))
	if err != nil {
		return err
	}
	var last error
	err = wait.PollUntilContextTimeout(context.Background(), 50*time.Millisecond, startTime, true, func(ctx context.Context) (bool, error) {
		select {
		case <-c.apiServer.Done():
			return false, errors.New("kube-apiserver ended")
		case <-c.etcd.Done():
			return false, errors.New("etcd ended")
		default:
		}
		last = ready.Get().AbsPath("/readyz").Do(ctx).Error()
		return last == nil, nil
	})
	if err != nil {
		return fmt.Errorf("kube-apiserver is not ready: %w: %w: see %s and %s", err, last, c.apiServer.Log, c.etcd.Log)
	}
	return nil
}

func unversioned(config *rest.Config) *rest.Config {
	config.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	return config
}

// stop ends what runs, API server before etcd, and removes the data. The logs stay. Secret bytes in logs, Events or Gates are an error.
func (c *Cluster) stop() error {
	if c.Dir == "" {
		return nil // it has nothing
	}
	failed := []error{c.leaks()}
	for _, p := range []*Process{c.controller, c.apiServer} {
		if p != nil {
			failed = append(failed, p.End(syscall.SIGTERM))
		}
	}
	if c.etcd != nil {
		failed = append(failed, c.etcd.End(syscall.SIGKILL)) // its data goes away
	}
	return errors.Join(append(failed, os.RemoveAll(c.dataDir()))...)
}

func (c *Cluster) dataDir() string { return filepath.Join(c.Dir, "etcd") }
