package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/operate"
)

func newHoldCommand(stdout, stderr io.Writer) *cobra.Command {
	var flags handFlags
	cmd := &cobra.Command{
		Use:   "hold RING --reason TEXT",
		Short: "Keep a gate closed by hand, until it is resumed",
		Long: `Hold sets spec.hold of the Gate in the current context's cluster: it keeps closed for whatever is not applied yet, whatever the other clusters say.
What the CassandraCluster carries already goes on: drift correction and recovery are never held. A gate opened by hand is not held either.

Flux leaves the field alone as long as git does not set it. Who did it and why is recorded in an annotation of the Gate and in an Event.

Exit status: 0 done, or nothing to do, 1 it failed, 2 bad usage.`,
		Example: `  gate hold cassandra-demo -n cassandra-e2e --context cluster3 --reason "no changes in dc3 before Monday, ticket 4712"`,
		Args:    oneRing,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.checkReason(); err != nil {
				return usage(cmd, err)
			}
			return flags.do(cmd, stdout, stderr, func(ctx context.Context, gates *operate.Gates) (operate.Done, error) {
				return gates.Hold(ctx, args[0], flags.reason)
			})
		},
	}
	flags.bindTo(cmd)
	flags.bindReason(cmd)
	return cmd
}

func newResumeCommand(stdout, stderr io.Writer) *cobra.Command {
	var flags handFlags
	cmd := &cobra.Command{
		Use:   "resume RING",
		Short: "Take back that a gate is held by hand",
		Long: `Resume takes back what ` + "`gate hold`" + ` has set. When git holds the Gate too, by gate.hold in render.yaml, it stays held: resume says so, and fails.

Exit status: 0 done, or nothing to do, 1 it is still held, or it failed, 2 bad usage.`,
		Example: `  gate resume cassandra-demo -n cassandra-e2e --context cluster3`,
		Args:    oneRing,
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.do(cmd, stdout, stderr, func(ctx context.Context, gates *operate.Gates) (operate.Done, error) {
				return gates.Resume(ctx, args[0])
			})
		},
	}
	flags.bindTo(cmd)
	return cmd
}
