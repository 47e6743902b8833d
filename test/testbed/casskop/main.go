// Command casskop is CassKop 1.1.5 for tests: all its controllers, as they are, under a main of our own. CassKop's own main cannot be run
// more than once on a machine: it binds port 8383 of all addresses, and creates a file in the folder for temporary files that it
// shares with everybody. Here are neither metrics nor that file; the leader election is left out, as it leaves it out itself
// when it runs outside of Kubernetes.
//
// What Kubernetes has dropped since CassKop was built is put back on the way to the API server, see policy.go, and what it has added is
// left out, see managedfields.go.
//
// Environment, as for CassKop: KUBECONFIG, WATCH_NAMESPACE (empty: all), POD_NAME, HTTP_PROXY (for Jolokia).
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/Orange-OpenSource/casskop/pkg/apis"
	"github.com/Orange-OpenSource/casskop/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/client/config"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/manager/signals"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	cfg, err := config.GetConfig()
	if err != nil {
		return err
	}
	cfg.WrapTransport = func(next http.RoundTripper) http.RoundTripper { return withPolicyV1beta1(withoutManagedFields(next)) }
	mgr, err := manager.New(cfg, manager.Options{Namespace: os.Getenv("WATCH_NAMESPACE"), MetricsBindAddress: "0"})
	if err != nil {
		return err
	}
	if err := apis.AddToScheme(mgr.GetScheme()); err != nil {
		return err
	}
	if err := controller.AddToManager(mgr); err != nil {
		return err
	}
	return mgr.Start(signals.SetupSignalHandler())
}
