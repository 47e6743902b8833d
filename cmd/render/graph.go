package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/casskop-gitops/casskop-gitops/pkg/render"
	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

func newGraphCommand(a *app) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "graph",
		Short: "Draw the rings: order of the rollout, datacenters, racks, seeds, who waits for whom",
		Long: `Graph draws each ring on standard output: its clusters in the order of the rollout with their datacenters, racks, nodes and seeds, which
cluster waits for which, and the Secrets that each one needs for that. It writes no files. The tree in --out is read only, for the seeds
that are rendered already; the picture is the same until the topology, the order or the seeds change.

  mermaid  a flowchart; GitHub draws it in a Markdown block that begins with three backquotes and mermaid
  dot      for Graphviz and everything that reads its language
  svg      a finished picture`,
		Example: `  # a flowchart for a Markdown file
  render graph

  # a picture for the README
  render graph -o svg > rollout.svg

  # with Graphviz
  render graph -o dot | dot -Tpng > rollout.png`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return a.graph(format) },
	}
	cmd.Flags().StringVarP(&format, "output", "o", string(render.GraphMermaid), "format: "+strings.Join(graphFormats(), ", "))
	complete(cmd, "output", graphFormats()...)
	return cmd
}

func graphFormats() (names []string) {
	for _, f := range render.GraphFormats() {
		names = append(names, string(f))
	}
	return names
}

// graph draws what a render would make of the rings.
func (a *app) graph(format string) error {
	if known := graphFormats(); !slices.Contains(known, format) {
		hint := schema.Suggest(format, known)
		if hint != "" {
			hint = "; " + hint
		}
		return fmt.Errorf("-o %s: expected one of %s%s", format, strings.Join(known, ", "), hint)
	}
	return a.withTree(func(opts render.Options, tree *treeOnDisk) error {
		plan, err := a.plan(opts, tree)
		if err != nil {
			return err
		}
		return render.Graph(a.stdout, plan.Rings, opts, render.GraphFormat(format))
	})
}
