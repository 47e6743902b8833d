package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
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

func newRootCommand(stdout, stderr io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "gate",
		Short: "Hold a datacenter until the other clusters of its ring allow it to change",
		Long: `Gate runs in each Kubernetes cluster of a Cassandra ring. It keeps the status of Gates: open for a revision, or held, and why.

Exit status: 0 done, 1 it failed, 2 bad usage.`,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, c.CommandPath())
	})
	cmd.AddCommand(newRunCommand(stderr), newVersionCommand(stdout))
	return cmd
}
