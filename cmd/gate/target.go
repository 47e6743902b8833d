package main

import (
	"fmt"

	"github.com/spf13/pflag"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// target is the API server and namespace that a command for a workstation speaks to, found as kubectl finds them.
type target struct {
	kubeconfig string
	context    string
	namespace  string
}

func (t *target) bind(f *pflag.FlagSet) {
	f.StringVar(&t.kubeconfig, "kubeconfig", "", "kubeconfig `file` (default KUBECONFIG, else ~/.kube/config)")
	f.StringVar(&t.context, "context", "", "`context` of the kubeconfig (default its current one)")
	f.StringVarP(&t.namespace, "namespace", "n", "", "`namespace` (default that of the context)")
}

// config returns how to reach the API server, and the namespace. Its errors are those of usage.
func (t *target) config() (*rest.Config, string, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = t.kubeconfig
	overrides := &clientcmd.ConfigOverrides{CurrentContext: t.context}
	overrides.Context.Namespace = t.namespace
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	config, err := loader.ClientConfig()
	switch {
	case clientcmd.IsEmptyConfig(err):
		return nil, "", fmt.Errorf("no API server: neither --kubeconfig, KUBECONFIG nor %s names one", clientcmd.RecommendedHomeFile)
	case err != nil:
		return nil, "", fmt.Errorf("kubeconfig: %w", err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, "", fmt.Errorf("kubeconfig: %w", err)
	}
	config.UserAgent = name + "/" + versionText()
	return config, namespace, nil
}
