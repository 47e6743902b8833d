package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/pkg/adopt"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// importFlags are those of `render import`.
type importFlags struct {
	liveFlags
	context  string
	force    bool
	fromFile bool
	ring     string
}

func newImportCommand(a *app) *cobra.Command {
	var flags importFlags
	cmd := &cobra.Command{
		Use:   "import [RING]",
		Short: "Take a ring over from Multi-CassKop: write multi-casskop.yaml and render.yaml, and tell what the first sync changes",
		Long: `Import reads a live MultiCasskop, by its name or that of its CassandraClusters, or one from a file, and writes multi-casskop.yaml and
render.yaml into the directory --out. Then it compares what render builds of them with the live CassandraCluster in each cluster and prints
each difference. It only reads from clusters.

--local and --remote are the operator's -l and -r. The MultiCasskop is in the first of --contexts, else in --context. With -f and neither of
them, no cluster is asked.

Exit status: 0 the first sync changes nothing, 1 it changes something, 2 bad input or usage, or a cluster cannot be read: then nothing is written.`,
		Example: `  # the contexts are named as the clusters are
  render import cassandra-demo -n cassandra-e2e --context k8s-cluster1 --local k8s-cluster1 --remote k8s-cluster2

  # they have other names
  render import cassandra-demo -n cassandra-e2e --contexts admin@one,admin@two --local k8s-cluster1 --remote k8s-cluster2

  # from a file, compared with nothing
  render import -f live.yaml --local k8s-cluster1 --remote k8s-cluster2,k8s-cluster3 --out imported`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("expected one RING, got %d; see %s --help", len(args), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				flags.ring = args[0]
			}
			flags.fromFile = cmd.Flags().Changed("filename")
			return a.importRing(cmd.Context(), &flags)
		},
	}
	f := cmd.Flags()
	flags.bind(f)
	f.StringVar(&flags.context, "context", "", "`context` of the kubeconfig whose cluster has the MultiCasskop (default its current one)")
	f.BoolVar(&flags.force, "force", false, "write over files that are there")
	return cmd
}

// offline: a file and nothing that leads to a cluster.
func (f *importFlags) offline() bool {
	return f.fromFile && f.kubeconfig == "" && f.context == "" && len(f.contexts) == 0
}

func (a *app) importRing(ctx context.Context, flags *importFlags) error {
	if flags.context != "" && len(flags.contexts) > 0 {
		return errors.New("--context and --contexts exclude each other")
	}
	if err := a.mayWrite(flags.force); err != nil {
		return err
	}
	object, err := a.multiCasskop(ctx, flags)
	if err != nil {
		return err
	}
	imported, err := adopt.New(object, a.flags.local, a.flags.remote)
	if err != nil {
		return fmt.Errorf("the MultiCasskop: %w", err)
	}
	identified, problems := imported.Ring()
	if identified == nil {
		return a.accept(problems)
	}
	var live map[string]map[string]any
	if !flags.offline() {
		if live, err = flags.read(ctx, identified); err != nil {
			return err
		}
	}
	ring, problems := imported.Settle(live)
	if err := a.accept(problems); err != nil {
		return err
	}
	if err := a.writeImport(imported); err != nil {
		return err
	}
	for _, note := range imported.Notes {
		fmt.Fprintln(a.stdout, "note:", note)
	}
	if flags.offline() {
		fmt.Fprintln(a.stdout, "compared with no cluster; next: render, then render check --live")
		return nil
	}
	return a.compared(adopt.Findings(ring, identified, live))
}

// mayWrite refuses to write over what is there.
func (a *app) mayWrite(force bool) error {
	for _, name := range importedFiles {
		file := filepath.Join(a.flags.out, name)
		if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) && !force {
			return fmt.Errorf("%s is there already: choose another directory with --out, or give --force to write over it", file)
		}
	}
	return nil
}

var importedFiles = []string{"multi-casskop.yaml", defaultConfig}

func (a *app) writeImport(imported *adopt.Import) error {
	file, err := imported.File()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(a.flags.out, 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	for i, content := range [][]byte{file, imported.Config()} {
		name := filepath.Join(a.flags.out, importedFiles[i])
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(a.stdout, "wrote", name)
	}
	return nil
}

// multiCasskop reads the one that is meant.
func (a *app) multiCasskop(ctx context.Context, flags *importFlags) (map[string]any, error) {
	if flags.fromFile {
		all, err := a.multiCasskopsInFiles()
		if err != nil {
			return nil, err
		}
		return adopt.Choose(all, flags.ring)
	}
	name := flags.context
	if len(flags.contexts) > 0 {
		name = flags.contexts[0]
	}
	cluster, err := flags.open(name)
	if err != nil {
		return nil, err
	}
	namespace := cluster.Namespace
	if a.flags.namespace != "" {
		namespace = a.flags.namespace
	}
	all, err := cluster.MultiCasskops(ctx, namespace)
	if err != nil {
		return nil, err
	}
	object, err := adopt.Choose(all, flags.ring)
	if err != nil {
		return nil, fmt.Errorf("namespace %s: %w", namespace, err)
	}
	return object, nil
}

// multiCasskopsInFiles reads files as kubectl prints them: one object, or a List of them.
func (a *app) multiCasskopsInFiles() (all []map[string]any, err error) {
	sources, err := a.sources()
	if err != nil {
		return nil, err
	}
	for _, src := range sources {
		var document struct {
			Kind  string           `json:"kind"`
			Items []map[string]any `json:"items"`
		}
		var object map[string]any
		if err := errors.Join(yaml.Unmarshal(src.Data, &document), yaml.Unmarshal(src.Data, &object)); err != nil {
			return nil, fmt.Errorf("%s: %w", src.Name, err)
		}
		found := document.Items
		if document.Kind != "List" && document.Kind != casskop.KindMultiCasskop+"List" {
			found = []map[string]any{object}
		}
		for _, o := range found {
			if o["kind"] != casskop.KindMultiCasskop {
				return nil, fmt.Errorf("%s: kind is %v, expected %s", src.Name, o["kind"], casskop.KindMultiCasskop)
			}
		}
		all = append(all, found...)
	}
	return all, nil
}
