package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/casskop-gitops/casskop-gitops/pkg/mistyped"
	"github.com/casskop-gitops/casskop-gitops/pkg/render"
	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// app is what all commands share: the streams and the flags.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	flags          flags
	piped          []byte // standard input, once it has been read: a second plan needs it again
}

type flags struct {
	files        []string
	out          string
	config       string
	local        string
	remote       []string
	namespace    string
	sync         []string
	strict       bool
	allow        []string
	against      string
	refreshSeeds bool
}

func newRootCommand(stdin io.Reader, stdout, stderr io.Writer) *cobra.Command {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	cmd := &cobra.Command{
		Use:   "render",
		Short: "Split a MultiCasskop into one kustomize overlay for each Kubernetes cluster",
		Long: `Render reads MultiCasskops (one Cassandra ring over several Kubernetes clusters) and writes, for each cluster, the kustomize
overlay, the Gate and the Flux objects that its directory in git holds. Nothing is written when anything is wrong.

Exit status: 0 done, 1 check or diff found something, 2 bad input or usage.`,
		Example: `  # render multi-casskop.yaml into base/ and clusters/
  render

  # see first what would change, and what each cluster would do about it
  render diff

  # several rings in one tree
  render -f rings/ -o .

  # the order of the clusters as Multi-CassKop was given it
  render --local k8s-cluster1 --remote k8s-cluster2,k8s-cluster3`,
		Args:          noArguments,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(*cobra.Command, []string) error { return a.withTree(a.render) },
	}
	cmd.SetIn(stdin)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	cmd.SetFlagErrorFunc(mistyped.Flag)
	a.addFlags(cmd)
	diff, check, graph, imports := newDiffCommand(a), newCheckCommand(a), newGraphCommand(a), newImportCommand(a)
	for _, c := range []*cobra.Command{cmd, diff, check, imports} {
		a.addOutFlag(c, "o")
	}
	a.addOutFlag(graph, "") // its -o is the format
	cmd.AddCommand(diff, check, graph, imports, newVersionCommand(a))
	refuseUnknownShells(cmd)
	return cmd
}

// refuseUnknownShells makes `completion tcsh` an error: cobra prints its help, which would end up in a file, and exits with 0.
func refuseUnknownShells(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
			c.Args = func(c *cobra.Command, args []string) error {
				if len(args) == 0 {
					return nil
				}
				return fmt.Errorf("unknown shell %q: expected bash, fish, powershell or zsh; see %s --help", args[0], c.CommandPath())
			}
		}
	}
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := ""
	if cmd.HasSubCommands() {
		hint = schema.Suggest(args[0], []string{"check", "completion", "diff", "graph", "help", "import", "version"})
	}
	if hint != "" {
		hint = "; " + hint
	}
	return fmt.Errorf("unexpected argument %q: files are given with -f%s; see %s --help", args[0], hint, cmd.CommandPath())
}

func (a *app) addOutFlag(cmd *cobra.Command, shorthand string) {
	cmd.Flags().StringVarP(&a.flags.out, "out", shorthand, ".", "directory of the rendered tree")
}

func (a *app) addFlags(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.StringArrayVarP(&a.flags.files, "filename", "f", []string{"multi-casskop.yaml"}, "file, directory or - (standard input) with MultiCasskops; may be repeated")
	f.StringVar(&a.flags.config, "config", "", "options file (default render.yaml, if there is one)")
	f.StringVarP(&a.flags.local, "local", "l", "", "first cluster of the rollout (Multi-CassKop's k8s.local)")
	f.StringSliceVarP(&a.flags.remote, "remote", "r", nil, "the clusters after it, in order (Multi-CassKop's k8s.remote)")
	f.StringVarP(&a.flags.namespace, "namespace", "n", "", "namespace for CassandraClusters that name none")
	f.StringSliceVar(&a.flags.sync, "sync", nil, "engines to write objects for: flux, argocd, none (default from the options file, else flux)")
	f.BoolVar(&a.flags.strict, "strict", false, "refuse unknown fields instead of warning")
	f.StringSliceVar(&a.flags.allow, "allow", nil, "guard rail to pass; may be repeated")
	f.StringVar(&a.flags.against, "against", "", "git commit whose tree the guard rails compare with (default: the tree on disk)")
	f.BoolVar(&a.flags.refreshSeeds, "refresh-seeds", false, "compute all seed lists anew: a changed list is a rolling restart")
	complete(cmd, "sync", "flux", "argocd", "none")
	complete(cmd, "allow", ruleNames()...)
}

func complete(cmd *cobra.Command, flag string, values ...string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag does not exist: a mistake in the program
	}
}

func ruleNames() (names []string) {
	for _, r := range render.Rules() {
		names = append(names, string(r))
	}
	return names
}

// options turns the flags, over the options file, into what the renderer takes.
func (a *app) options() (render.Options, error) {
	config, err := a.readConfig()
	if err != nil {
		return render.Options{}, err
	}
	if len(a.flags.sync) > 0 {
		for _, engine := range a.flags.sync {
			if !slices.Contains([]string{"flux", "argocd", "none"}, engine) {
				return render.Options{}, fmt.Errorf("--sync %s: expected flux, argocd or none", engine)
			}
		}
		config.Sync = a.flags.sync
	}
	opts := render.Options{Config: config, Local: a.flags.local, Remotes: a.flags.remote, Namespace: a.flags.namespace,
		Strict: a.flags.strict, RefreshSeeds: a.flags.refreshSeeds}
	for _, name := range a.flags.allow {
		if !slices.Contains(render.Rules(), render.Rule(name)) {
			return render.Options{}, fmt.Errorf("--allow %s: there is no such guard rail; there are: %s", name, strings.Join(ruleNames(), ", "))
		}
		opts.Allow = append(opts.Allow, render.Rule(name))
	}
	return opts, nil
}
