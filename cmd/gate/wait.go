package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/operate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/status"
)

// waitFlags are those of `gate wait`.
type waitFlags struct {
	scopeFlags
	goal          string
	revision      string
	limit         time.Duration
	ignoreStalled bool
}

func newWaitCommand(stdout, stderr io.Writer) *cobra.Command {
	var flags waitFlags
	cmd := &cobra.Command{
		Use:   "wait RING --for=open|rolled-out",
		Short: "Wait until a gate is open, or a ring is rolled out",
		Long: `Wait ends when a ring is where --for wants it, and tells of each change on stderr.

--for=open: the Gate in the current context's cluster, or those of all --contexts, is open for its revision.
--for=rolled-out: every cluster carries the revision, and has been ready for the Gate's stableFor.

Right after a push the Gates still want the old revision, and it is rolled out. Name the new one with --revision: render writes it into the
annotation casskop-gitops.dev/revision of clusters/*/<ring>/override.yaml, the same everywhere.
A stalled gate ends the wait at once, since no patience helps; a push that mends it needs --ignore-stalled.

Exit status: 0 it is there, 1 it was not in time, or is stalled, 2 bad usage.`,
		Example: `  # in a pipeline, after git push
  revision=$(sed -n 's/.*casskop-gitops.dev\/revision: *//p' clusters/k8s-cluster1/cassandra-demo/override.yaml)
  gate wait cassandra-demo -n cassandra-e2e --for=rolled-out --revision "$revision" --timeout 2h`,
		Args: oneRing,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(); err != nil {
				return usage(cmd, err)
			}
			scope, err := flags.scope(args[0])
			if err != nil {
				return usage(cmd, err)
			}
			return failed(waitFor(cmd.Context(), scope, flags, stdout, stderr))
		},
	}
	f := cmd.Flags()
	flags.bind(f)
	f.StringVar(&flags.goal, "for", "", "`goal`: open, rolled-out")
	f.StringVar(&flags.revision, "revision", "", "the `revision` that is waited for (default the one that the Gates want)")
	f.DurationVar(&flags.limit, "timeout", 30*time.Minute, "how long to wait")
	f.BoolVar(&flags.ignoreStalled, "ignore-stalled", false, "go on waiting although a gate is stalled")
	return cmd
}

var revisionForm = regexp.MustCompile(`^[0-9a-f]{8,64}$`)

func (f *waitFlags) check() error {
	switch goal := status.Goal(f.goal); {
	case goal != status.GoalOpen && goal != status.GoalRolledOut:
		return fmt.Errorf("--for %q: want open or rolled-out", f.goal)
	case f.revision != "" && !revisionForm.MatchString(f.revision):
		return fmt.Errorf("--revision %q: want 8 to 64 hexadecimal digits, in lower case", f.revision)
	case f.limit <= 0:
		return fmt.Errorf("--timeout %s: want more than 0", f.limit)
	}
	return nil
}

// waitFor watches until the goal is reached. Its errors are those of a goal that is not.
func waitFor(ctx context.Context, scope operate.Scope, flags waitFlags, stdout, stderr io.Writer) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	view, s := operate.Look(ctx, scope), newScreen(stderr)
	timeout := time.After(flags.limit)
	missing := "nothing was seen yet"
	for {
		rings, settled := view.Rings()
		var left <-chan time.Time
		if settled && len(rings) == 1 {
			s.show(rings, false)
			outcome := rings[0].Toward(status.Goal(flags.goal), flags.revision, time.Now())
			switch {
			case outcome.Reached:
				fmt.Fprintf(stdout, "%s is %s\n", rings[0].Title(), flags.goal)
				return nil
			case outcome.Stalled != nil && !flags.ignoreStalled:
				return fmt.Errorf("stalled: %s: %s: %s; what to do: %s", outcome.Where, outcome.Stalled.Reason, outcome.Stalled.Message, outcome.Stalled.NextStep)
			}
			missing = outcome.Missing
			if outcome.After > 0 {
				left = time.After(outcome.After)
			}
		}
		select {
		case <-view.Changed():
		case <-left:
		case <-s.tick():
		case <-timeout:
			return fmt.Errorf("not %s within %s: %s", flags.goal, flags.limit, missing)
		case <-ctx.Done():
			return errors.New("interrupted: " + missing)
		}
	}
}
