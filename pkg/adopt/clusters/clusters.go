// Package clusters reads what package adopt compares, by the contexts of a kubeconfig: MultiCasskops and CassandraClusters. It only reads, with the
// rights of whoever the kubeconfig stands for.
package clusters

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// Cluster is one Kubernetes cluster.
type Cluster struct {
	// Namespace is that of the context.
	Namespace string

	name   string
	client dynamic.Interface
}

// Options say how clusters are reached.
type Options struct {
	// Kubeconfig is its file; empty: found as kubectl finds it.
	Kubeconfig string
	// UserAgent is what the API server knows the program by.
	UserAgent string
	// Timeout is how long a cluster may take to answer.
	Timeout time.Duration
}

// Open prepares for reading by one context; empty: the current one. It asks no cluster.
func Open(options Options, name string) (*Cluster, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = options.Kubeconfig
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: name})
	config, err := loader.ClientConfig()
	switch {
	case clientcmd.IsEmptyConfig(err):
		return nil, fmt.Errorf("no API server: neither --kubeconfig, KUBECONFIG nor %s names one", clientcmd.RecommendedHomeFile)
	case err != nil:
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	config.UserAgent, config.Timeout = options.UserAgent, options.Timeout
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("context %s: %w", name, err)
	}
	if name == "" {
		name = "(the current one)"
	}
	return &Cluster{Namespace: namespace, name: name, client: client}, nil
}

// MultiCasskops lists those of a namespace, in the newest version that the cluster serves.
func (c *Cluster) MultiCasskops(ctx context.Context, namespace string) ([]map[string]any, error) {
	for _, version := range []string{casskop.APIVersionV2, casskop.APIVersionV1alpha1} {
		list, err := c.resource(version, "multicasskops").Namespace(namespace).List(ctx, metav1.ListOptions{})
		if apierrors.IsNotFound(err) {
			continue // not served
		}
		if err != nil {
			return nil, fmt.Errorf("context %s: MultiCasskops of namespace %s: %w", c.name, namespace, err)
		}
		var all []map[string]any
		for n := range list.Items {
			all = append(all, list.Items[n].Object)
		}
		return all, nil
	}
	return nil, fmt.Errorf("context %s: the API server knows no MultiCasskops: expected the cluster of k8s.local; or give a file with -f", c.name)
}

// CassandraCluster reads one, with its managed fields; nil if there is none.
func (c *Cluster) CassandraCluster(ctx context.Context, apiVersion, namespace, name string) (map[string]any, error) {
	object, err := c.resource(apiVersion, "cassandraclusters").Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
	switch status := apierrors.APIStatus(nil); {
	case err == nil:
		return object.Object, nil
	case apierrors.IsNotFound(err) && errors.As(err, &status) && status.Status().Details != nil && status.Status().Details.Name != "":
		return nil, nil
	case apierrors.IsNotFound(err):
		return nil, fmt.Errorf("context %s: the API server knows no CassandraClusters of %s", c.name, apiVersion)
	}
	return nil, fmt.Errorf("context %s: CassandraCluster %s/%s: %w", c.name, namespace, name, err)
}

func (c *Cluster) resource(apiVersion, resource string) dynamic.NamespaceableResourceInterface {
	group, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		panic(err) // a constant, or one that render has checked
	}
	return c.client.Resource(group.WithResource(resource))
}
