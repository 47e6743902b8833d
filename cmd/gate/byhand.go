package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/operate"
)

// longestReason is what an Event has room for, beside who and what.
const longestReason = 500

// handFlags are those of the commands that write to a Gate.
type handFlags struct {
	target
	revision string
	reason   string
	dryRun   bool
}

// answerTime is how long the API server may take for all that a command asks of it.
const answerTime = 30 * time.Second

func (f *handFlags) bindTo(cmd *cobra.Command) {
	f.bind(cmd.Flags())
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "have the API server check it, and change nothing")
}

func (f *handFlags) bindReason(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.reason, "reason", "", "why, in `words`, for the record (required)")
}

// checkReason makes one line of it.
func (f *handFlags) checkReason() error {
	f.reason = strings.Join(strings.Fields(f.reason), " ")
	switch n := len(f.reason); {
	case n == 0:
		return errors.New("--reason is empty: say why, for the record")
	case n > longestReason:
		return fmt.Errorf("--reason has %d bytes: want %d at most", n, longestReason)
	}
	return nil
}

// do does something to one Gate and prints what was done.
func (f *handFlags) do(cmd *cobra.Command, stdout, stderr io.Writer, what func(context.Context, *operate.Gates) (operate.Done, error)) error {
	at, err := f.at(f.context)
	if err != nil {
		return usage(cmd, err)
	}
	gates, err := operate.In(at, f.dryRun)
	if err != nil {
		return usage(cmd, fmt.Errorf("kubeconfig: %w", err))
	}
	ctx, end := context.WithTimeout(cmd.Context(), answerTime)
	defer end()
	done, err := what(ctx, gates)
	for _, sentence := range done.Says {
		fmt.Fprintln(stdout, sentence)
	}
	for _, warning := range done.Warnings {
		fmt.Fprintln(stderr, "warning:", warning)
	}
	return failed(err)
}
