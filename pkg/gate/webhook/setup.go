package webhook

import (
	"context"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

var theSecret = reconcile.Request{NamespacedName: client.ObjectKey{Namespace: Namespace, Name: Service}}

// AddToScheme adds the kinds that Certificates reads.
func AddToScheme(scheme *runtime.Scheme) error {
	if err := corev1.AddToScheme(scheme); err != nil {
		return err
	}
	return admissionregistrationv1.AddToScheme(scheme)
}

// CachedObjects is what the cache of the manager holds for Certificates: by name, as its rights are.
func CachedObjects() map[client.Object]cache.ByObject {
	named := func(name string) fields.Selector { return fields.OneTermEqualSelector("metadata.name", name) }
	return map[client.Object]cache.ByObject{
		&corev1.Secret{}: {Namespaces: map[string]cache.Config{Namespace: {FieldSelector: named(Service)}}},
		&admissionregistrationv1.ValidatingWebhookConfiguration{}: {Field: named(Holds)},
		&admissionregistrationv1.MutatingWebhookConfiguration{}:   {Field: named(Seeds)},
	}
}

// SetupWithManager has it look whenever the Secret or a configuration changes, whether or not this replica leads.
func (c *Certificates) SetupWithManager(mgr manager.Manager) error {
	toTheSecret := handler.EnqueueRequestsFromMapFunc(func(context.Context, client.Object) []reconcile.Request {
		return []reconcile.Request{theSecret}
	})
	atFirst := func(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
		queue.Add(theSecret) // there may be no Secret to wake it
		return nil
	}
	return builder.ControllerManagedBy(mgr).
		Named("webhook-certificates").
		For(&corev1.Secret{}).
		Watches(&admissionregistrationv1.ValidatingWebhookConfiguration{}, toTheSecret).
		Watches(&admissionregistrationv1.MutatingWebhookConfiguration{}, toTheSecret).
		WatchesRawSource(source.Func(atFirst)).
		WithOptions(controller.Options{NeedLeaderElection: ptr.To(false)}).
		Complete(c)
}
