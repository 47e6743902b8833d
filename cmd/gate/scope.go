package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/operate"
)

// scopeFlags say which clusters, and which rings, a command looks at.
type scopeFlags struct {
	target
	contexts []string
	everyNS  bool
	timeout  time.Duration
}

func (s *scopeFlags) bind(f *pflag.FlagSet) {
	s.target.bind(f)
	f.StringSliceVar(&s.contexts, "contexts", nil, "`contexts` of the kubeconfig, one for each cluster of the ring, in the order of the rollout (default the current context, and the others by the Secrets there)")
	f.DurationVar(&s.timeout, "request-timeout", 10*time.Second, "how long a cluster may take to answer")
}

// scope finds the clusters. Its errors are those of usage.
func (s *scopeFlags) scope(ring string) (operate.Scope, error) {
	scope := operate.Scope{Ring: ring, Timeout: s.timeout, BySecrets: len(s.contexts) == 0}
	switch {
	case s.timeout <= 0:
		return scope, fmt.Errorf("--request-timeout %s: want more than 0", s.timeout)
	case len(s.contexts) > 0 && s.context != "":
		return scope, errors.New("--context and --contexts exclude each other")
	case s.everyNS && s.namespace != "":
		return scope, errors.New("--namespace and --all-namespaces exclude each other")
	}
	names := s.contexts
	if scope.BySecrets {
		names = []string{s.context}
	}
	for i, name := range names {
		if name == "" && !scope.BySecrets || slices.Contains(names[:i], name) {
			return scope, fmt.Errorf("--contexts %s: %q is empty or there twice", strings.Join(names, ","), name)
		}
		c, err := s.at(name)
		if err != nil {
			return scope, err
		}
		if s.everyNS {
			c.Namespace = ""
		}
		scope.Contexts = append(scope.Contexts, c)
	}
	return scope, nil
}

// at is one context of the kubeconfig; an empty name is the current one.
func (t *target) at(name string) (operate.Context, error) {
	own := *t
	own.context = name
	config, namespace, err := own.config()
	if err != nil {
		return operate.Context{}, err
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = t.kubeconfig
	raw, err := rules.Load()
	if err != nil {
		return operate.Context{}, fmt.Errorf("kubeconfig: %w", err)
	}
	if name == "" {
		name = raw.CurrentContext
	}
	found := operate.Context{Name: name, Namespace: namespace, Config: config}
	if c := raw.Contexts[name]; c != nil { // in a pod there is no kubeconfig
		found.User = c.AuthInfo
	}
	return found, nil
}

// oneRing wants the name of a ring as the only argument.
func oneRing(cmd *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return fmt.Errorf("want the name of one ring, got %q; see %s --help", args, cmd.CommandPath())
	}
	return nil
}

// ringOrAll wants the name of a ring, or nothing.
func ringOrAll(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return oneRing(cmd, args)
}

// usage names the command whose help says more.
func usage(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
}
