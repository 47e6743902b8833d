package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/argocd"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/controller"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/flux"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/seeds"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/webhook"
)

const (
	name = "casskop-gitops-gate"
	// leaseNamespace is where the leader's Lease is: the namespace that base/gate installs.
	leaseNamespace = "casskop-gitops-system"
)

// run wires the controllers, and runs them until the context ends.
func run(ctx context.Context, flags runFlags, log logr.Logger) error {
	ctrl.SetLogger(logr.New(background{log.GetSink()}))
	klog.SetLogger(log.WithName("client"))
	config, err := configOf(flags.kubeconfig)
	if err != nil {
		return err
	}
	log.Info("starting", "version", versionText(), "server", config.Host)
	certificates := &webhook.Certificates{}
	mgr, err := newManager(config, flags, certificates)
	if err != nil {
		return failure{err}
	}
	if flags.webhookAddress != none {
		if err := addWebhooks(mgr, certificates, log); err != nil {
			return failure{err}
		}
	}
	if err := addControllers(ctx, mgr, flags, log); err != nil {
		return failure{err}
	}
	if err := forgetStart(); err != nil {
		log.V(1).Info("the memory of the start is kept", "why", err.Error())
	}
	if err := mgr.Start(ctx); err != nil {
		return failure{err}
	}
	log.Info("stopped")
	return nil
}

// configOf is how to reach the API server here: by the file, by KUBECONFIG, or from inside the cluster.
func configOf(kubeconfig string) (*rest.Config, error) {
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: kubeconfig}
	if kubeconfig == "" {
		rules.Precedence = filepath.SplitList(os.Getenv(clientcmd.RecommendedConfigPathEnvVar))
	}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, nil).ClientConfig()
	switch {
	case clientcmd.IsEmptyConfig(err):
		return nil, fmt.Errorf("no API server: --kubeconfig is not given, KUBECONFIG (%q) names no file with one, and this is no pod", os.Getenv(clientcmd.RecommendedConfigPathEnvVar))
	case err != nil && kubeconfig != "":
		return nil, fmt.Errorf("--kubeconfig: %w", err)
	case err != nil:
		return nil, fmt.Errorf("KUBECONFIG: %w", err)
	}
	config.QPS = -1 // the API server's own fairness limits us
	config.UserAgent = name + "/" + versionText()
	return config, nil
}

func newManager(config *rest.Config, flags runFlags, certificates *webhook.Certificates) (ctrl.Manager, error) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	options := ctrl.Options{
		Scheme:                        scheme,
		Cache:                         cache.Options{DefaultTransform: cache.TransformStripManagedFields()},
		Metrics:                       server.Options{BindAddress: flags.metricsAddress},
		HealthProbeBindAddress:        flags.healthAddress,
		LeaderElection:                flags.leaderElect,
		LeaderElectionID:              name,
		LeaderElectionNamespace:       leaseNamespace,
		LeaderElectionReleaseOnCancel: true, // the process ends when Start returns
	}
	for _, ns := range flags.namespaces {
		if options.Cache.DefaultNamespaces == nil {
			options.Cache.DefaultNamespaces = map[string]cache.Config{}
		}
		options.Cache.DefaultNamespaces[ns] = cache.Config{}
	}
	if flags.webhookAddress != none {
		if err := serveWebhooks(&options, flags.webhookAddress, certificates); err != nil {
			return nil, err
		}
	}
	return ctrl.NewManager(config, options)
}

// addControllers adds the gate controller, and those that have delivery tools apply what a gate let through.
func addControllers(ctx context.Context, mgr ctrl.Manager, flags runFlags, log logr.Logger) error {
	if err := addProbes(ctx, mgr); err != nil {
		return err
	}
	queue := controller.NewQueue()
	clusters, err := remote.New(ctx, mgr.GetConfig(), len(flags.namespaces) == 0, clock.RealClock{}, queue.Add)
	if err != nil {
		return err
	}
	reconciler := &controller.Reconciler{
		Client:   mgr.GetClient(),
		Clusters: clusters,
		Seeds:    seeds.New(clock.RealClock{}, queue.AddKey),
		Events:   mgr.GetEventRecorder(name),
		Log:      perGate(log),
		Clock:    clock.RealClock{},
	}
	notifiers := newNotifiers(mgr, flags.argocdNamespace, reconciler, log)
	reconciler.Moved = func(gate types.NamespacedName) {
		for _, n := range notifiers {
			n.Wake(gate)
		}
	}
	if err := reconciler.SetupWithManager(mgr, queue); err != nil {
		return err
	}
	for _, n := range notifiers {
		if err := n.SetupWithManager(mgr); err != nil {
			return err
		}
	}
	if err := metrics.Registry.Register(reconciler); err != nil {
		return err
	}
	leading := func(context.Context) error {
		log.Info("at work") // with --leader-elect: it leads
		return nil
	}
	return mgr.Add(manager.RunnableFunc(leading))
}

// newNotifiers makes one for each delivery tool. Argo CD's needs rights that base/gate does not give, so it must be asked for.
func newNotifiers(mgr ctrl.Manager, argocdNamespace string, carried notify.Carried, log logr.Logger) []*notify.Notifier {
	of := func(name string, tool notify.Tool) *notify.Notifier {
		return &notify.Notifier{Name: name, Tool: tool, Client: mgr.GetClient(), Carried: carried, Log: perGate(log.WithName(name)), Clock: clock.RealClock{}}
	}
	all := []*notify.Notifier{of("flux", &flux.Tool{Client: mgr.GetClient(), Reader: mgr.GetAPIReader(), Clock: clock.RealClock{}})}
	if argocdNamespace != "" {
		tool := &argocd.Tool{Namespace: argocdNamespace, Client: mgr.GetClient(), Reader: mgr.GetAPIReader(), Clock: clock.RealClock{}}
		all = append(all, of("argocd", tool))
	}
	return all
}

// addProbes: alive is who answers; ready is who has seen all Gates, leader or not.
func addProbes(ctx context.Context, mgr ctrl.Manager) error {
	gates, err := mgr.GetCache().GetInformer(ctx, &v1alpha1.Gate{}, cache.BlockUntilSynced(false))
	if meta.IsNoMatchError(err) {
		return fmt.Errorf("%s does not know Gates: install base/gate there first, as in kubectl apply -k base/gate", mgr.GetConfig().Host)
	}
	if err != nil {
		return fmt.Errorf("ask %s for the kinds that it knows: %w", mgr.GetConfig().Host, err)
	}
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return err
	}
	return mgr.AddReadyzCheck("gates", func(*http.Request) error {
		if !gates.HasSynced() {
			return errors.New("the Gates were not all seen yet")
		}
		return nil
	})
}
