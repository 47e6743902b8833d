package main

import (
	"archive/zip"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

const defaultConfig = "render.yaml"

// readConfig reads the options file: the one that --config names, else render.yaml where there is one.
func (a *app) readConfig() (*v1alpha1.RenderConfig, error) {
	name := a.flags.config
	if name == "" {
		if _, err := os.Stat(defaultConfig); errors.Is(err, fs.ErrNotExist) {
			return render.DefaultConfig(), nil
		}
		name = defaultConfig
	}
	src, err := readFile(name)
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	config, problems := render.ParseConfig(src)
	if len(problems) > 0 {
		a.printProblems(problems)
		return nil, exitStatus(exitUsage)
	}
	return config, nil
}

// sources reads what -f names.
func (a *app) sources() ([]render.Source, error) {
	var names []string
	for _, name := range a.flags.files {
		found, err := a.expand(name)
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	var sources []render.Source
	read := map[string]bool{}
	for _, name := range names {
		clean := filepath.Clean(name)
		if read[clean] {
			continue
		}
		read[clean] = true
		src, err := a.readSource(name)
		if err != nil {
			return nil, err
		}
		sources = append(sources, src)
	}
	return sources, nil
}

// expand lists the YAML and JSON files of a directory, without its subdirectories, as kubectl does. The options file may lie beside them.
func (a *app) expand(name string) ([]string, error) {
	if name == "-" {
		return []string{name}, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("-f %s: no such file or directory; go to the directory that has it, or name the MultiCasskop with -f FILE", name)
		}
		return nil, fmt.Errorf("-f: %w", err)
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, fmt.Errorf("-f: %w", err)
	}
	var found []string
	for _, e := range entries {
		file := filepath.Join(name, e.Name())
		if isManifest(e.Name()) && !e.IsDir() && !a.isConfig(file) {
			found = append(found, file)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("-f %s: no .yaml, .yml or .json file in this directory", name)
	}
	return found, nil
}

func isManifest(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name))
}

func (a *app) isConfig(file string) bool {
	config := a.flags.config
	if config == "" {
		config = defaultConfig
	}
	fileAt, err1 := filepath.Abs(file)
	configAt, err2 := filepath.Abs(config)
	return err1 == nil && err2 == nil && fileAt == configAt
}

func (a *app) readSource(name string) (render.Source, error) {
	if name != "-" {
		return readFile(name)
	}
	if a.piped == nil {
		data, err := io.ReadAll(io.LimitReader(a.stdin, render.MaxSourceBytes+1))
		if err != nil {
			return render.Source{}, fmt.Errorf("read standard input: %w", err)
		}
		a.piped = data
	}
	return render.Source{Name: "<stdin>", Data: a.piped}, nil
}

// readFile reads a file as far as the renderer would look at it.
func readFile(name string) (render.Source, error) {
	f, err := os.Open(name)
	if err != nil {
		return render.Source{}, err
	}
	data, err := io.ReadAll(io.LimitReader(f, render.MaxSourceBytes+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return render.Source{}, fmt.Errorf("read %s: %w", name, err)
	}
	return render.Source{Name: name, Data: data}, nil
}

// treeOnDisk is the locked output directory. One that is not there yet is an empty tree.
type treeOnDisk struct {
	tree   *render.Tree // nil: not there
	files  fs.FS
	unlock func()
}

func (a *app) openTree() (*treeOnDisk, error) {
	tree, err := render.OpenTree(a.flags.out)
	if errors.Is(err, fs.ErrNotExist) {
		return &treeOnDisk{files: embed.FS{}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	unlock, err := tree.Lock(func() { fmt.Fprintf(a.stderr, "waiting for another render in %s\n", a.flags.out) })
	if err != nil {
		return nil, errors.Join(err, tree.Close())
	}
	return &treeOnDisk{tree: tree, files: tree.FS(), unlock: unlock}, nil
}

// withTree runs a command with its options and the locked output directory.
func (a *app) withTree(command func(render.Options, *treeOnDisk) error) error {
	opts, err := a.options()
	if err != nil {
		return err
	}
	tree, err := a.openTree()
	if err != nil {
		return err
	}
	defer tree.close()
	return command(opts, tree)
}

func (t *treeOnDisk) close() {
	if t.tree != nil {
		t.unlock()
		_ = t.tree.Close() // it was only read through, or written and renamed already
	}
}

// treeAt reads the rendered tree of a git commit, with the git that is installed.
func (a *app) treeAt(commit string) (fs.FS, error) {
	if commit == "" {
		return nil, nil
	}
	if strings.HasPrefix(commit, "-") {
		return nil, fmt.Errorf("--against %s: expected a commit", commit) // git would take it for an option
	}
	folders, err := a.git("ls-tree", "--name-only", commit, "--", "base", "clusters")
	if err != nil {
		return nil, err
	}
	if len(folders) == 0 {
		return embed.FS{}, nil
	}
	archive, err := a.git(append([]string{"archive", "--format=zip", commit, "--"}, strings.Fields(string(folders))...)...)
	if err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
}

func (a *app) git(args ...string) ([]byte, error) {
	cmd := exec.Command("git", append([]string{"-C", a.flags.out}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("--against %s: git %s: %w: %s", a.flags.against, args[0], err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}
