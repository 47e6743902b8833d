package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/export"
)

// tokenLifetime is a year, kubectl's and kubemcsa's users' habit; see docs/credentials.md.
const tokenLifetime = 8760 * time.Hour

// exportFlags are those of `gate export`.
type exportFlags struct {
	target
	as, toNamespace      string
	duration             time.Duration
	longLived            bool
	create, dryRun       bool
	renews               string
	server, authorityPEM string
}

func newExportCommand(stdout, stderr io.Writer) *cobra.Command {
	var flags exportFlags
	cmd := &cobra.Command{
		Use:   "export [SERVICEACCOUNT]",
		Short: "Print the Secret with which the gates of another cluster read this one",
		Long: `Export gets a token of a ServiceAccount (default ` + v1alpha1.DefaultReader + `) of the cluster that --context names, tries it, and prints the Secret that the
other cluster needs, in the format of kubemcsa. The Secret goes to standard output, all else to standard error.

The ServiceAccount and its rights come from git: render writes them. Where they are missing it says so; --create makes them.`,
		Example: `  # give cluster2 access to cluster1
  gate export --context cluster1 -n cassandra-e2e --as k8s-cluster1 | kubectl --context cluster2 apply -f -

  # as with kubemcsa
  gate export --context=cluster2 --namespace cassandra-e2e cassandra-operator --as k8s-cluster2 | kubectl apply -f -

  # an API server that the other cluster reaches under another address
  gate export --context cluster1 -n cassandra-e2e --as k8s-cluster1 --server https://10.1.0.10:6443

  # what --create would make, and nothing else
  gate export --context cluster1 -n cassandra-e2e --as k8s-cluster1 --create --dry-run`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			order, err := flags.order(args)
			if err == nil && flags.longLived && cmd.Flags().Changed("duration") {
				err = errors.New("--duration and --long-lived: want one of them")
			}
			if err != nil {
				return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
			}
			return flags.run(cmd.Context(), order, stdout, stderr)
		},
	}
	f := cmd.Flags()
	flags.bind(f)
	f.StringVar(&flags.as, "as", "", "`name` of the Secret: that of the cluster in the MultiCasskop (required)")
	f.StringVar(&flags.toNamespace, "to-namespace", "", "`namespace` of the Secret in the other cluster (default that of the ServiceAccount)")
	f.DurationVar(&flags.duration, "duration", tokenLifetime, "how long the token is to last")
	f.BoolVar(&flags.longLived, "long-lived", false, "a token that does not end, from a Secret that is made for it beside the ServiceAccount")
	f.BoolVar(&flags.create, "create", false, "make the ServiceAccount, Role and RoleBinding where they are missing")
	f.BoolVar(&flags.dryRun, "dry-run", false, "print what --create and --long-lived may make, and make nothing, no token either")
	f.StringVar(&flags.renews, "renews", "", "the account is no reader: it makes the tokens of this `serviceaccount`, for gate rotate in a CronJob")
	f.StringVar(&flags.server, "server", "", "`address` at which the other cluster reaches the API server (default that of the kubeconfig)")
	f.StringVar(&flags.authorityPEM, "certificate-authority", "", "`file` with the CA of the server (default that of the kubeconfig)")
	return cmd
}

// order is what the flags ask for, without the endpoint.
func (f *exportFlags) order(args []string) (export.Order, error) {
	account := v1alpha1.DefaultReader
	switch len(args) {
	case 0:
	case 1:
		account = args[0]
	default:
		return export.Order{}, fmt.Errorf("unexpected argument %q: want one ServiceAccount", args[1])
	}
	if f.as == "" {
		return export.Order{}, errors.New("--as is missing: want the name of the cluster in the MultiCasskop, which is that of the Secret")
	}
	if f.renews == account {
		return export.Order{}, fmt.Errorf("--renews %s: want another account than itself, or whoever steals its token renews it for ever", account)
	}
	o := export.Order{Account: export.Account{Name: account, Renews: f.renews}, Lifetime: f.duration, LongLived: f.longLived, Create: f.create}
	o.Secret.Name, o.Secret.Namespace = f.as, f.toNamespace
	return o, errors.Join(
		checkName("ServiceAccount", account), checkName("--as", f.as), checkName("--renews", f.renews),
		checkNamespace("--namespace", f.namespace), checkNamespace("--to-namespace", f.toNamespace), checkDuration(f.duration))
}

func (f *exportFlags) run(ctx context.Context, o export.Order, stdout, stderr io.Writer) error {
	config, namespace, err := f.config()
	if err != nil {
		return err
	}
	o.Account.Namespace = namespace
	if o.Secret.Namespace == "" {
		o.Secret.Namespace = namespace
	}
	if f.dryRun {
		return printMade(o, stdout, stderr)
	}
	var ca []byte
	if f.authorityPEM != "" {
		if ca, err = os.ReadFile(f.authorityPEM); err != nil {
			return fmt.Errorf("--certificate-authority: %w", err)
		}
	}
	endpoint, warnings, err := export.EndpointOf(config, f.server, ca)
	if err != nil {
		return err
	}
	o.Endpoint = endpoint
	warn := func(text string) { fmt.Fprintln(stderr, "warning:", text) }
	for _, w := range warnings {
		warn(w)
	}
	server, err := export.Dial(config)
	if err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	secret, c, err := o.Run(ctx, server, warn)
	if err != nil {
		return failure{err}
	}
	fmt.Fprintf(stderr, "Secret %s: token of ServiceAccount %s at %s, expires: %s\n", o.Secret, o.Account, endpoint.Server, export.Ends(c.Expires))
	return printYAML(stdout, secret)
}

// printMade prints the objects of a dry run.
func printMade(o export.Order, stdout, stderr io.Writer) error {
	objects := o.Made()
	if len(objects) == 0 {
		fmt.Fprintf(stderr, "dry run: nothing would be made; a token of ServiceAccount %s for %s would be asked for\n", o.Account, o.Lifetime)
	}
	return printYAML(stdout, objects...)
}

// printYAML prints objects as YAML documents.
func printYAML(out io.Writer, objects ...any) error {
	var documents []string
	for _, o := range objects {
		text, err := yaml.Marshal(o)
		if err != nil {
			return failure{err}
		}
		documents = append(documents, string(text))
	}
	if _, err := io.WriteString(out, strings.Join(documents, "---\n")); err != nil {
		return failure{err}
	}
	return nil
}
