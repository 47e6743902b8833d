package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/operate"
)

func newOpenCommand(stdout, stderr io.Writer) *cobra.Command {
	var flags handFlags
	cmd := &cobra.Command{
		Use:   "open RING --revision REVISION --reason TEXT",
		Short: "Open a gate by hand, for one revision",
		Long: `Open lets one revision through the Gate in the current context's cluster, whatever the other clusters say: break-glass, for a human who has looked.

The revision must be the one that the Gate wants now, so that nothing else is ever let through: the next one is held again. Who did it and why
is recorded in an annotation of the Gate and in an Event. It asks nothing, and prints what the gate was held for.

Exit status: 0 done, or nothing to do, 1 refused or failed, 2 bad usage.`,
		Example: `  gate open cassandra-demo -n cassandra-e2e --revision f21d9a02443cfe55 --reason "dc1 is lost, ticket 4711"`,
		Args:    oneRing,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.checkReason(); err != nil {
				return usage(cmd, err)
			}
			if !revisionForm.MatchString(flags.revision) {
				return usage(cmd, fmt.Errorf("--revision %q: want 8 to 64 hexadecimal digits, in lower case", flags.revision))
			}
			return flags.do(cmd, stdout, stderr, func(ctx context.Context, gates *operate.Gates) (operate.Done, error) {
				return gates.Open(ctx, args[0], flags.revision, flags.reason)
			})
		},
	}
	flags.bindTo(cmd)
	flags.bindReason(cmd)
	cmd.Flags().StringVar(&flags.revision, "revision", "", "the `revision` to let through, as the Gate wants it (required)")
	return cmd
}

func newCloseCommand(stdout, stderr io.Writer) *cobra.Command {
	var flags handFlags
	cmd := &cobra.Command{
		Use:   "close RING",
		Short: "Take back that a gate is opened by hand",
		Long: `Close takes off what ` + "`gate open`" + ` has set. A Gate that the controller has opened meanwhile stays open until its spec changes; to keep back
what was not applied yet, hold it.

Exit status: 0 done, or nothing to do, 1 it failed, 2 bad usage.`,
		Example: `  gate close cassandra-demo -n cassandra-e2e`,
		Args:    oneRing,
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.do(cmd, stdout, stderr, func(ctx context.Context, gates *operate.Gates) (operate.Done, error) {
				return gates.Close(ctx, args[0])
			})
		},
	}
	flags.bindTo(cmd)
	return cmd
}
