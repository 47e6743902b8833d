package main

import (
	"crypto/tls"
	"net"
	"strconv"

	"github.com/go-logr/logr"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	ctrlwebhook "sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/webhook"
)

// serveWebhooks has a manager that is about to be made serve them.
func serveWebhooks(options *ctrl.Options, address string, certificates *webhook.Certificates) error {
	if err := webhook.AddToScheme(options.Scheme); err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return err
	}
	options.Cache.ByObject = webhook.CachedObjects()
	options.WebhookServer = ctrlwebhook.NewServer(ctrlwebhook.Options{Host: host, Port: int(number), TLSOpts: []func(*tls.Config){
		func(c *tls.Config) { c.GetCertificate = certificates.GetCertificate },
	}})
	return nil
}

// addWebhooks adds the webhooks to the manager, and what keeps their certificates.
func addWebhooks(mgr manager.Manager, certificates *webhook.Certificates, log logr.Logger) error {
	certificates.Client, certificates.Log, certificates.Clock = mgr.GetClient(), log.WithName("webhook"), clock.RealClock{}
	if err := certificates.SetupWithManager(mgr); err != nil {
		return err
	}
	webhook.Register(mgr.GetWebhookServer(), mgr.GetAPIReader())
	return mgr.AddReadyzCheck("webhooks", certificates.Ready)
}
