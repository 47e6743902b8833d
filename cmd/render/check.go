package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

func newCheckCommand(a *app) *cobra.Command {
	var format string
	var live checkLive
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Fail when the rendered tree is stale, edited by hand or breaks a guard rail",
		Long: `Check renders in memory and compares with the tree. It prints each finding as "file:line: what was found, what was expected,
what to do" and writes nothing.

With --live it also compares with the CassandraCluster in each cluster: what a sync would change there is a finding, what is live only and stays is a
warning. It only reads from clusters.

Exit status: 0 the tree is as render would write it, 1 there are findings, 2 the input is bad, or a cluster cannot be read.`,
		Example: `  # in a pipeline, before a merge
  render check

  # as annotations on a GitHub pull request, with the guard rails against the branch it goes to
  render check --format github --against origin/main

  # what a sync would change in the clusters
  render check --live --contexts k8s-cluster1,k8s-cluster2,k8s-cluster3`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write, ok := findingFormats[format]
			if !ok {
				return fmt.Errorf("--format %s: expected text or github", format)
			}
			return a.withTree(func(opts render.Options, tree *treeOnDisk) error {
				return a.check(cmd.Context(), opts, tree, &live, write)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, or github for workflow annotations")
	complete(cmd, "format", "text", "github")
	live.bind(cmd.Flags())
	cmd.Flags().BoolVar(&live.wanted, "live", false, "compare with the live CassandraClusters too")
	return cmd
}

// checkLive are the flags of `render check --live`.
type checkLive struct {
	liveFlags
	wanted bool
}

var findingFormats = map[string]func(render.Problem) string{
	"text":   render.Problem.String,
	"github": githubAnnotation,
}

func (a *app) check(ctx context.Context, opts render.Options, tree *treeOnDisk, live *checkLive, write func(render.Problem) string) error {
	opts.KeepObjects = live.wanted
	plan, problems, err := a.make(opts, tree)
	if err != nil {
		return err
	}
	findings := problems
	if plan != nil {
		findings = append(findings, a.inTree(plan.Findings())...)
	}
	if tree.tree != nil && tree.tree.Interrupted() {
		findings = append(findings, render.Problem{File: a.flags.out, Message: "an interrupted render left its stage here, expected none", Hint: "run render"})
	}
	if plan != nil && live.wanted {
		found, err := a.liveFindings(ctx, &live.liveFlags, plan, opts)
		if err != nil {
			return err
		}
		findings = append(findings, found...)
	}
	for _, f := range findings.Sorted() {
		fmt.Fprintln(a.stdout, write(f))
	}
	switch {
	case plan == nil:
		return exitStatus(exitUsage)
	case len(findings.Errors()) > 0:
		fmt.Fprintf(a.stderr, "%s\n", count(len(findings.Errors()), "finding"))
		return exitStatus(exitFound)
	}
	fmt.Fprintf(a.stderr, "%s as rendered\n", count(len(plan.Changes), "file"))
	return nil
}

// inTree names the files of the tree from the working directory.
func (a *app) inTree(problems render.Problems) render.Problems {
	for i, p := range problems {
		if p.InTree {
			problems[i].File = filepath.Join(a.flags.out, filepath.FromSlash(p.File))
		}
	}
	return problems
}

// githubAnnotation writes a workflow command (GitHub Actions, "Workflow commands: setting an error message").
func githubAnnotation(p render.Problem) string {
	level := "error"
	if p.Warning {
		level = "warning"
	}
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	where := "title=render check"
	if p.File != "" {
		where += ",file=" + property.Replace(p.File)
	}
	if p.Line > 0 {
		where += fmt.Sprintf(",line=%d", p.Line)
	}
	if p.Column > 0 {
		where += fmt.Sprintf(",col=%d", p.Column)
	}
	return fmt.Sprintf("::%s %s::%s", level, where, data.Replace(p.Text()))
}
