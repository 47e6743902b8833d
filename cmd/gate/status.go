package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/operate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/status"
)

// statusFlags are those of `gate status`.
type statusFlags struct {
	scopeFlags
	output string
	watch  bool
}

func newStatusCommand(stdout io.Writer) *cobra.Command {
	var flags statusFlags
	cmd := &cobra.Command{
		Use:   "status [RING]",
		Short: "Show how a ring stands, across its clusters",
		Long: `Status shows a row for each cluster of a ring, in the order of the rollout, and below what is held or stalled, why, and what to do.

The clusters are those of --contexts. Without it they are found as the gate finds them: the Gate in the current context's cluster names the others,
and their Secrets, which are read with your rights, lead there. A Gate with serialize: Chain names the previous cluster alone.
Without RING it shows all rings of the namespace.

Exit status: 0 every gate is open and every CassandraCluster carries its revision, 1 something is held, stalled, not applied yet or cannot be reached,
2 bad usage.`,
		Example: `  # by the Secrets of the current context's cluster
  gate status cassandra-demo -n cassandra-e2e

  # by contexts of the kubeconfig, live
  gate status cassandra-demo -n cassandra-e2e --contexts cluster1,cluster2,cluster3 --watch

  # for a script
  gate status cassandra-demo -n cassandra-e2e -o json | jq -r '.items[].clusters[] | [.cluster, .gate.state, .gate.reason] | @tsv'`,
		Args: ringOrAll,
		RunE: func(cmd *cobra.Command, args []string) error {
			show, err := flags.printer(stdout)
			if err != nil {
				return usage(cmd, err)
			}
			scope, err := flags.scope(strings.Join(args, ""))
			if err != nil {
				return usage(cmd, err)
			}
			return runStatus(cmd.Context(), scope, flags, stdout, show)
		},
	}
	f := cmd.Flags()
	flags.bind(f)
	f.BoolVarP(&flags.everyNS, "all-namespaces", "A", false, "rings of all namespaces")
	f.StringVarP(&flags.output, "output", "o", "", "`format`: wide, json, yaml (default a table)")
	f.BoolVarP(&flags.watch, "watch", "w", false, "go on and show each change, until interrupted")
	return cmd
}

// printer prints rings in the format that was asked for.
func (f *statusFlags) printer(out io.Writer) (func([]status.Ring) error, error) {
	switch f.output {
	case "", "wide":
		return func(rings []status.Ring) error {
			status.Write(out, rings, time.Now(), f.output == "wide")
			return nil
		}, nil
	case "json":
		return func(rings []status.Ring) error {
			encoder := json.NewEncoder(out)
			encoder.SetIndent("", "  ")
			return encoder.Encode(listOf(rings))
		}, nil
	case "yaml":
		return func(rings []status.Ring) error {
			text, err := yaml.Marshal(listOf(rings))
			if err == nil {
				_, err = fmt.Fprintf(out, "---\n%s", text)
			}
			return err
		}, nil
	}
	return nil, fmt.Errorf("--output %q: want wide, json or yaml", f.output)
}

func listOf(rings []status.Ring) status.List {
	if rings == nil {
		rings = []status.Ring{}
	}
	return status.List{TypeMeta: metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: status.KindList}, Items: rings}
}

func runStatus(ctx context.Context, scope operate.Scope, flags statusFlags, out io.Writer, show func([]status.Ring) error) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	view := operate.Look(ctx, scope)
	view.Settled()
	if flags.watch {
		return failed(watchStatus(ctx, view, flags, out, show))
	}
	rings, _ := view.Rings()
	if len(rings) == 0 && flags.output == "" {
		return failure{noGates(scope)}
	}
	if err := show(rings); err != nil {
		return failure{err}
	}
	return verdict(rings, scope)
}

// watchStatus shows each change: on a terminal the table is drawn anew, elsewhere a line tells of each row that changed, and a format is
// printed once more.
func watchStatus(ctx context.Context, view *operate.View, flags statusFlags, out io.Writer, show func([]status.Ring) error) error {
	s := newScreen(out)
	for {
		rings, settled := view.Rings()
		switch flags.output {
		case "json", "yaml":
			if settled && s.news(rings) {
				if err := show(rings); err != nil {
					return err
				}
			}
		default:
			s.show(rings, flags.output == "wide")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-view.Changed():
		case <-s.tick():
		}
	}
}

// verdict is an error that sums up what is not as it should be.
func verdict(rings []status.Ring, scope operate.Scope) error {
	if len(rings) == 0 {
		return failure{noGates(scope)}
	}
	var parts []string
	for _, r := range rings {
		if !r.Through {
			parts = append(parts, r.Title()+": "+r.Summary())
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return failure{errors.New(strings.Join(parts, "; "))}
}

func noGates(scope operate.Scope) error {
	where := "any namespace"
	if ns := scope.Contexts[0].Namespace; ns != "" {
		where = "namespace " + ns
	}
	return fmt.Errorf("there is no Gate in %s of context %s: say --context, --namespace or --all-namespaces", where, cmp.Or(scope.Contexts[0].Name, "(in the cluster)"))
}

// failed makes an error one that is not of usage.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return failure{err}
}
