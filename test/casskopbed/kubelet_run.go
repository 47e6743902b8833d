package casskopbed

import (
	"context"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// startKubelet runs a Kubelet until the test ends. What runs in its pods ends with it; the pods stay as they are.
func startKubelet(t testing.TB, at site, options Options) *Kubelet {
	t.Helper()
	manager, err := ctrl.NewManager(at.cluster.User(t, KubeletUser, "system:masters"), ctrl.Options{
		Scheme: bed.Scheme, Logger: logr.Discard(), Metrics: metricsserver.Options{BindAddress: "0"},
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{at.namespace: {}}},
		Controller: config.Controller{MaxConcurrentReconciles: 10, SkipNameValidation: ptr.To(true)},
	})
	must(t, err)
	k := &Kubelet{at: at, client: manager.GetClient(), direct: manager.GetAPIReader(), options: options, cassandra: options.Cassandra,
		look: make(chan event.GenericEvent, 100), running: map[types.NamespacedName]*process{}, broken: map[string]bool{}, sick: map[string]bool{}}
	must(t, ctrl.NewControllerManagedBy(manager).Named(KubeletUser).For(&corev1.Pod{}).
		WatchesRawSource(source.Channel(k.look, &handler.EnqueueRequestForObject{})).
		WithOptions(controller.Options{LogConstructor: func(*ctrl.Request) logr.Logger { return logr.Discard() }}).
		Complete(k))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		for _, p := range k.running {
			k.stop(p)
		}
	})
	if !manager.GetCache().WaitForCacheSync(t.Context()) {
		t.Fatal("the kubelet sees no pods: the test has ended")
	}
	return k
}
