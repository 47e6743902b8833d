package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/casskop-gitops/casskop-gitops/pkg/mistyped"
)

// failure is an error that is not one of usage.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

func codeOf(err error) int {
	if _, failed := errors.AsType[failure](err); failed {
		return exitFailed
	}
	return exitUsage
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := ""
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		hint = ": did you mean " + strings.Join(similar, " or ") + "?"
	}
	return fmt.Errorf("unexpected argument %q%s; see %s --help", args[0], hint, cmd.CommandPath())
}

func newRootCommand(stdout, stderr io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "gate",
		Short: "Hold a datacenter until the other clusters of its ring allow it to change",
		Long: `Gate runs in each Kubernetes cluster of a Cassandra ring (gate run). It keeps the status of Gates: open for a revision, or held, and why.
The other commands are for a workstation or a pipeline: they look at a ring, open and hold its gates, and make the Secrets that gates see each other by.

Exit status: 0 done, 1 it failed, 2 bad usage.`,
		Args:          noArguments,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2, // cobra's own default, where it suggests by itself
	}
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	cmd.SetFlagErrorFunc(mistyped.Flag)
	cmd.AddCommand(newRunCommand(stderr), newVersionCommand(stdout))
	cmd.AddCommand(newStatusCommand(stdout), newWaitCommand(stdout, stderr))
	cmd.AddCommand(newOpenCommand(stdout, stderr), newCloseCommand(stdout, stderr))
	cmd.AddCommand(newHoldCommand(stdout, stderr), newResumeCommand(stdout, stderr))
	cmd.AddCommand(newExportCommand(stdout, stderr))
	cmd.AddCommand(newRotateCommand(stderr))
	refuseUnknownShells(cmd)
	return cmd
}

// refuseUnknownShells makes `completion tcsh` an error: cobra prints its help, which would end up in a file, and exits with 0.
func refuseUnknownShells(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.RunE, c.Args = root.RunE, noArguments
		}
	}
}
