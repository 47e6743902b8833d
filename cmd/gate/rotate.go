package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/export"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/rotate"
)

// rotateFlags are those of `gate rotate`.
type rotateFlags struct {
	target
	from            target
	account, renews string
	duration        time.Duration
	within          time.Duration
	server          string
}

func newRotateCommand(stderr io.Writer) *cobra.Command {
	var flags rotateFlags
	cmd := &cobra.Command{
		Use:   "rotate SECRET",
		Short: "Renew the token in the Secret of another cluster",
		Long: `Rotate gets a new token from the cluster that --from-context or --from-kubeconfig names, tries it, and puts it in the place of the old one in a Secret of
this cluster, whatever its format. The gate takes it up without a restart. The Secret is written last: if anything fails, the old token stays.`,
		Example: `  # in cluster2, renew the token of cluster1
  gate rotate k8s-cluster1 --context cluster2 -n cassandra-e2e --from-context cluster1

  # only if it ends within 30 days
  gate rotate k8s-cluster1 --context cluster2 -n cassandra-e2e --from-context cluster1 --if-expires-within 720h

  # in a CronJob of cluster2, see docs/credentials.md
  gate rotate k8s-cluster1 --from-kubeconfig /etc/k8s-cluster1/config --duration 720h --if-expires-within 360h`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			order, err := flags.order(args)
			if err != nil {
				return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
			}
			return flags.run(cmd.Context(), order, stderr)
		},
	}
	f := cmd.Flags()
	flags.bind(f)
	f.StringVar(&flags.from.kubeconfig, "from-kubeconfig", "", "kubeconfig `file` for the cluster whose token it is (default that of --kubeconfig)")
	f.StringVar(&flags.from.context, "from-context", "", "`context` of the cluster whose token it is")
	f.StringVar(&flags.from.namespace, "from-namespace", "", "`namespace` of the ServiceAccount there (default that of the Secret)")
	f.StringVar(&flags.account, "service-account", v1alpha1.DefaultReader, "`name` of the ServiceAccount there")
	f.StringVar(&flags.renews, "renews", "", "the account is no reader: it makes the tokens of this `serviceaccount`")
	f.DurationVar(&flags.duration, "duration", tokenLifetime, "how long the new token is to last")
	f.DurationVar(&flags.within, "if-expires-within", 0, "do nothing if the token lasts longer than this (default renew in any case)")
	f.StringVar(&flags.server, "server", "", "`address` in the Secret, where it has neither address nor CA in common with the kubeconfig of that cluster")
	return cmd
}

// order is what the flags ask for, without the namespaces that the kubeconfig names.
func (f *rotateFlags) order(args []string) (rotate.Order, error) {
	if len(args) != 1 {
		return rotate.Order{}, fmt.Errorf("%d arguments: want the name of one Secret", len(args))
	}
	if f.from.context == "" && f.from.kubeconfig == "" {
		return rotate.Order{}, errors.New("--from-context and --from-kubeconfig are missing: want the cluster whose token it is")
	}
	if f.within < 0 {
		return rotate.Order{}, fmt.Errorf("--if-expires-within %s: want 0 or more", f.within)
	}
	if f.account == "" {
		return rotate.Order{}, errors.New("--service-account is empty: leave it out for " + v1alpha1.DefaultReader)
	}
	o := rotate.Order{Account: export.Account{Name: f.account, Renews: f.renews}, Lifetime: f.duration, Within: f.within, Server: f.server}
	o.Secret.Name = args[0]
	return o, errors.Join(
		checkName("Secret", args[0]), checkName("--service-account", f.account), checkName("--renews", f.renews),
		checkNamespace("--namespace", f.namespace), checkNamespace("--from-namespace", f.from.namespace), checkDuration(f.duration))
}

func (f *rotateFlags) run(ctx context.Context, o rotate.Order, stderr io.Writer) error {
	here, namespace, err := f.dial()
	if err != nil {
		return err
	}
	f.from.kubeconfig = cmp.Or(f.from.kubeconfig, f.kubeconfig)
	there, _, err := f.from.dial()
	if err != nil {
		return fmt.Errorf("where the token comes from: %w", err)
	}
	o.Secret.Namespace, o.Account.Namespace = namespace, cmp.Or(f.from.namespace, namespace)
	result, err := o.Run(ctx, here, there, time.Now(), func(text string) { fmt.Fprintln(stderr, "warning:", text) })
	if err != nil {
		return failure{err}
	}
	done := "not due, nothing was written"
	if result.Renewed {
		done = "renewed"
	}
	fmt.Fprintf(stderr, "Secret %s: token of ServiceAccount %s at %s, expires: %s: %s\n", o.Secret, o.Account, result.Credentials.Server, export.Ends(result.Credentials.Expires), done)
	return nil
}

// dial makes the client that the flags ask for. Its errors are those of usage.
func (t *target) dial() (*export.Server, string, error) {
	config, namespace, err := t.config()
	if err != nil {
		return nil, "", err
	}
	server, err := export.Dial(config)
	if err != nil {
		return nil, "", fmt.Errorf("kubeconfig: %w", err)
	}
	return server, namespace, nil
}
