package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"
)

// runFlags are those of `gate run`.
type runFlags struct {
	kubeconfig      string
	namespaces      []string
	leaderElect     bool
	metricsAddress  string
	healthAddress   string
	webhookAddress  string
	argocdNamespace string
	logLevel        string
	logFormat       string
}

func newRunCommand(stderr io.Writer) *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the controller",
		Long: `Run keeps the status of the Gates of this cluster until it is told to stop. It speaks to the API server that --kubeconfig names, else
the environment variable KUBECONFIG, else the one of the cluster it runs in.`,
		Example: `  # in a pod, two replicas
  gate run --leader-elect

  # from a workstation, for one namespace
  gate run --kubeconfig ~/.kube/config --namespace cassandra-e2e --log-format text`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.check(cmd.Flags().Changed); err != nil {
				return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
			}
			log, err := newLogger(stderr, flags.logLevel, flags.logFormat)
			if err != nil {
				return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
			}
			return run(cmd.Context(), flags, log)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.kubeconfig, "kubeconfig", "", "kubeconfig `file` of the API server here")
	f.StringSliceVar(&flags.namespaces, "namespace", nil, "look at Gates in these `namespaces` only, with rights there only (default all)")
	f.BoolVar(&flags.leaderElect, "leader-elect", false, "work only while holding the Lease casskop-gitops-gate, so that several replicas can run")
	f.StringVar(&flags.metricsAddress, "metrics-bind-address", ":8080", "`address` of /metrics; 0 for none")
	f.StringVar(&flags.healthAddress, "health-probe-bind-address", ":8081", "`address` of /healthz and /readyz; 0 for none")
	f.StringVar(&flags.webhookAddress, "webhook-bind-address", none, "`address` of the admission webhooks, for API servers that do not know the policies; 0 for none")
	f.StringVar(&flags.argocdNamespace, "argocd-namespace", "", "`namespace` of Argo CD's Applications here: once a gate opens, Argo CD tries again at once (default leaves it to its backoff)")
	f.StringVar(&flags.logLevel, "log-level", "info", "`level`: debug, info, error")
	f.StringVar(&flags.logFormat, "log-format", "json", "`format`: json, text")
	return cmd
}

// check: given says whether a flag was. An empty namespace, say of a variable that is not set, must not be all namespaces.
func (f *runFlags) check(given func(flag string) bool) error {
	namespaced := given("namespace")
	if namespaced && len(f.namespaces) == 0 {
		return errors.New("--namespace is empty: leave it out for all namespaces")
	}
	for _, ns := range f.namespaces {
		if problems := validation.IsDNS1123Label(ns); len(problems) > 0 {
			return fmt.Errorf("--namespace %q: %s", ns, strings.Join(problems, "; "))
		}
	}
	if problems := validation.IsDNS1123Label(f.argocdNamespace); given("argocd-namespace") && len(problems) > 0 {
		return fmt.Errorf("--argocd-namespace %q: %s", f.argocdNamespace, strings.Join(problems, "; "))
	}
	if !bindable(f.metricsAddress) {
		return fmt.Errorf("--metrics-bind-address %q: want host:port, :port, or 0 for none", f.metricsAddress)
	}
	if !bindable(f.healthAddress) {
		return fmt.Errorf("--health-probe-bind-address %q: want host:port, :port, or 0 for none", f.healthAddress)
	}
	if !bindable(f.webhookAddress) {
		return fmt.Errorf("--webhook-bind-address %q: want host:port, :port, or 0 for none", f.webhookAddress)
	}
	if f.webhookAddress != none && namespaced {
		return errors.New("--webhook-bind-address with --namespace: the API server asks about all namespaces, leave --namespace out")
	}
	return nil
}

// none is the address of what is not served.
const none = "0"

func bindable(address string) bool {
	_, port, err := net.SplitHostPort(address)
	_, portErr := strconv.ParseUint(port, 10, 16)
	return address == none || err == nil && portErr == nil
}
