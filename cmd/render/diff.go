package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

func newDiffCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "diff",
		Short: "Show what render would change, and what each cluster would do about it",
		Long: `Diff shows what render would change, and writes nothing.

First the rollout in words: for each ring whose revision changes, its clusters in the order of the rollout, and under which names
CassKop takes the change up there (as in lastClusterAction), with the number of pods that restart. A field that is not known to be
harmless is taken for a rolling restart. Then the files as unified diffs, coloured on a terminal unless NO_COLOR is set.

With --against the rollout starts from the tree of that commit, as the guard rails do; the files are held against the tree on disk.

Exit status: 0 no file would change, 1 files would change, 2 bad input or usage.`,
		Example: `  # what would this change of multi-casskop.yaml do?
  render diff

  # in a pull request: the rollout from what main has
  render diff --against origin/main

  # only the rollout
  render diff | sed '/^--- /,$d'`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return a.withTree(a.diff) },
	}
}

func (a *app) diff(opts render.Options, tree *treeOnDisk) error {
	if tree.tree != nil && tree.tree.Interrupted() {
		return fmt.Errorf("an earlier render in %s was interrupted, so its files are half old and half new: run render, which undoes that first", a.flags.out)
	}
	plan, err := a.plan(opts, tree)
	if err != nil {
		return err
	}
	return a.printDiff(plan)
}

func (a *app) printDiff(plan *render.Plan) error {
	rollout := plan.Rollout()
	if !plan.Changed() && len(rollout) == 0 {
		fmt.Fprintln(a.stdout, "no difference")
		return nil
	}
	fmt.Fprint(a.stdout, rollout)
	colour := colours(a.stdout)
	for _, change := range plan.Changes {
		if diff := change.Unified(); diff != "" {
			fmt.Fprintln(a.stdout)
			writeDiff(a.stdout, diff, colour)
		}
	}
	if !plan.Changed() {
		return nil
	}
	return exitStatus(exitFound)
}

// writeDiff prints the unified diff of one file, whose first two lines name it.
func writeDiff(w io.Writer, diff string, colour bool) {
	if !colour {
		fmt.Fprint(w, diff)
		return
	}
	n := 0
	for line := range strings.Lines(diff) {
		text, end := strings.CutSuffix(line, "\n")
		if start := lineColour(n, text); start != "" {
			text = start + text + reset
		}
		if end {
			text += "\n"
		}
		fmt.Fprint(w, text)
		n++
	}
}

func lineColour(n int, line string) string {
	switch {
	case n < 2:
		return bold
	case strings.HasPrefix(line, "@@"):
		return cyan
	case strings.HasPrefix(line, "+"):
		return green
	case strings.HasPrefix(line, "-"):
		return red
	}
	return ""
}
